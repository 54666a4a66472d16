/** `gatehouse session`: lists and ends live sessions. */

import type { Command } from 'commander';
import type { Session } from '../../storage/port/port.ts';
import {
  endAllSessions,
  endAnySession,
  endEverySession,
  sessionsOf,
} from '../../usecases/admin/admin-sessions.ts';
import { addCommand, addGroup } from '../command.ts';
import { type CommandContext, requireAccount, unwrap, withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, printList, printResult, sessionJson } from '../output.ts';
import { everyUser, sessionsEnded } from './user.ts';

export function addSessionCommands(program: Command): void {
  const session = addGroup(program, 'session', 'List and end live sessions');

  addCommand(session, 'list [user]', {
    summary: 'List the live sessions of a user, or of all users',
    more: 'A handle identifies a session to the operator. It is not the session id and grants no access.',
    examples: ['gatehouse session list ada@example.com', 'gatehouse session list --json'],
  }).action((name: string | undefined, format: Format) =>
    withServices((work) =>
      printList(
        format,
        live(work, name),
        ({ session, identifier }) => ({ ...sessionJson(session), identifier }),
        ['HANDLE', 'LAST SEEN', 'EXPIRES', 'CONTRACT', 'NETWORK', 'DEVICE', 'USER'],
        ({ session, identifier }) => [
          session.handle,
          displayTime(session.lastSeenAt),
          displayTime(session.idleExpiresAt),
          session.contract,
          session.network,
          session.device || '-',
          identifier,
        ],
      ),
    ),
  );

  addCommand(session, 'end [handle]', {
    summary: 'End one session, all sessions of a user, or all sessions',
    more: 'A running server refuses an ended session from the next request on.',
    examples: [
      'gatehouse session end "$HANDLE"',
      'gatehouse session end --user ada@example.com',
      'gatehouse session end --everybody',
    ],
  })
    .option('--user <user>', 'end all sessions of this user')
    .option('--everybody', 'end all sessions of all users')
    .action(end);
}

interface Owned {
  readonly session: Session;
  readonly identifier: string;
}

async function* live({ services, caller }: CommandContext, name: string | undefined): AsyncGenerator<Owned> {
  const users = name === undefined ? everyUser({ services }) : [await requireAccount(services, name)];
  for await (const { id, identifier } of users) {
    for await (const session of sessionsOf(services, id, caller.now)) yield { session, identifier };
  }
}

interface EndOptions extends Format {
  readonly user?: string;
  readonly everybody?: true;
}

async function end(handle: string | undefined, options: EndOptions): Promise<void> {
  const { user, everybody } = options;
  if ([handle, user, everybody].filter((one) => one !== undefined).length !== 1)
    throw new CommandError(exitCodes.usage, 'Give the handle of a session, --user or --everybody.');
  await withServices(async ({ services, caller }) => {
    if (everybody) {
      const ended = await endEverySession(services, caller, services.pacer.begin());
      return printResult(options, { sessions_ended: ended }, sessionsEnded(ended));
    }
    const ended =
      user === undefined
        ? [unwrap(await endAnySession(services, handle ?? '', caller)).handle]
        : await endAllSessions(services, (await requireAccount(services, user)).id, caller);
    await printResult(options, { ended }, sessionsEnded(ended.length));
  });
}
