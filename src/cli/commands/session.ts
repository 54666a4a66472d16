/** `gatehouse session`: seeing who is logged in, and ending it. */

import type { Command } from 'commander';
import type { Session } from '../../storage/port/port.ts';
import {
  endAllSessions,
  endAnySession,
  endEverySession,
  sessionsOf,
} from '../../usecases/admin/admin-sessions.ts';
import { add, addGroup } from '../command.ts';
import { accountOf, granted, type Work, withServices } from '../command-services.ts';
import { exits, Failure } from '../exit-codes.ts';
import { answer, type Format, list, sessionValue, when } from '../output.ts';
import { everyUser, sessionsEnded } from './user.ts';

export function addSessionCommands(program: Command): void {
  const session = addGroup(program, 'session', 'See live sessions and end them');

  add(session, 'list [user]', {
    summary: 'List the live sessions of a user, or of all users',
    more: 'A handle names a session here; it is not its id, and of no use for logging in.',
    examples: ['gatehouse session list ada@example.com', 'gatehouse session list --json'],
  }).action((name: string | undefined, format: Format) =>
    withServices((work) =>
      list(
        format,
        live(work, name),
        ({ session, identifier }) => ({ ...sessionValue(session), identifier }),
        ['HANDLE', 'LAST SEEN', 'EXPIRES', 'CONTRACT', 'NETWORK', 'DEVICE', 'USER'],
        ({ session, identifier }) => [
          session.handle,
          when(session.lastSeenAt),
          when(session.idleExpiresAt),
          session.contract,
          session.network,
          session.device || '-',
          identifier,
        ],
      ),
    ),
  );

  add(session, 'end [handle]', {
    summary: 'End one session by its handle, or all sessions of a user or of all users',
    more: 'A server that runs refuses it from the next request on.',
    examples: [
      'gatehouse session end "$HANDLE"',
      'gatehouse session end --user ada@example.com',
      'gatehouse session end --everybody',
    ],
  })
    .option('--user <user>', 'end all sessions of this user')
    .option('--everybody', 'end all sessions there are')
    .action(end);
}

interface Owned {
  readonly session: Session;
  readonly identifier: string;
}

async function* live({ services, caller }: Work, name: string | undefined): AsyncGenerator<Owned> {
  const users = name === undefined ? everyUser({ services }) : [await accountOf(services, name)];
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
    throw new Failure(
      exits.usage,
      'Name either the handle of a session or, with --user, a user; or say --everybody.',
    );
  await withServices(async ({ services, caller }) => {
    if (everybody) {
      const ended = await endEverySession(services, caller, services.pacer.begin());
      return answer(options, { sessions_ended: ended }, sessionsEnded(ended));
    }
    const ended =
      user === undefined
        ? [granted(await endAnySession(services, handle ?? '', caller)).handle]
        : await endAllSessions(services, (await accountOf(services, user)).id, caller);
    await answer(options, { ended }, sessionsEnded(ended.length));
  });
}
