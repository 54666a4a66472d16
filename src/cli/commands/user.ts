/** `gatehouse user`: creates, shows, disables and deletes accounts, and resets passwords. */

import type { Command } from 'commander';
import type { User } from '../../storage/port/port.ts';
import { countSessions } from '../../usecases/admin/admin-sessions.ts';
import {
  addUser,
  deleteUser,
  disableUser,
  enableUser,
  type Found,
  passwordToken,
} from '../../usecases/admin/admin-users.ts';
import { addCommand, addGroup } from '../command.ts';
import { type CommandContext, requireAccount, unwrap, withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, keyValueLines, printList, printResult, userJson } from '../output.ts';
import { pageLink } from '../page-link.ts';
import { confirmed, readPassword } from '../secret-input.ts';
import { addFactorCommand } from './factors.ts';
import { addInvitationCommands } from './invitation.ts';

/** Users in one read. */
const page = 500;

const byName = 'USER is a user name, an e-mail address or the id of a user.';

export function addUserCommands(program: Command): void {
  const user = addGroup(program, 'user', 'Create, show, disable and delete accounts');

  addCommand(user, 'add <identifier>', {
    summary: 'Create an account, and print a link that sets its password',
    more: 'Creates the database if there is none. The link works once, for 30 minutes.',
    examples: [
      'gatehouse user add grace@example.com',
      'printf \'%s\' "$PASSWORD" | gatehouse user add grace --password-stdin',
    ],
  })
    .option('--password-stdin', 'read the password from standard input, and print no link')
    .action(addOne);

  addCommand(user, 'list', {
    summary: 'List accounts, oldest first',
    examples: ['gatehouse user list', 'gatehouse user list --matching example.com --json'],
  })
    .option('--matching <text>', 'only identifiers that contain this text')
    .option('--disabled', 'only disabled accounts')
    .action(listAll);

  addCommand(user, 'show <user>', {
    summary: 'Show an account and how many sessions it has',
    more: byName,
    examples: ['gatehouse user show ada@example.com'],
  }).action(showOne);

  addCommand(user, 'disable <user>', {
    summary: 'Disable an account and end its sessions',
    more: `${byName} Logins are then refused like a wrong password.`,
    examples: ['gatehouse user disable ada@example.com'],
  }).action(changeWith(disableUser, 'is disabled'));

  addCommand(user, 'enable <user>', {
    summary: 'Enable a disabled account',
    more: `${byName} Its sessions stay ended.`,
    examples: ['gatehouse user enable ada@example.com'],
  }).action(changeWith(enableUser, 'is enabled'));

  addCommand(user, 'delete <user>', {
    summary: 'Delete an account and its sessions, and free its name',
    more: `${byName} The audit keeps its entries under the id. Only a backup brings an account back.`,
    examples: ['gatehouse user delete ada@example.com --yes'],
  })
    .option('--yes', 'do not ask for confirmation')
    .action(deleteOne);

  addCommand(user, 'set-password-link <user>', {
    summary: 'Print a link that sets a new password',
    more: `${byName} The link begins with GATEHOUSE_PUBLIC_URL and the base path, and works once, for 30 minutes.`,
    examples: ['gatehouse user set-password-link ada@example.com'],
  }).action((name: string, format: Format) =>
    withServices(async (work) => {
      const url = await linkFor(work, await requireAccount(work.services, name));
      await printResult(format, { url }, url);
    }),
  );

  addFactorCommand(user);
  addInvitationCommands(user);
}

async function addOne(identifier: string, options: Format & { passwordStdin?: true }): Promise<void> {
  const password = options.passwordStdin ? await readPassword('Password:') : undefined;
  await withServices(async (work) => {
    const { user } = unwrap(await addUser(work.services, identifier, password, work.caller));
    const url = password === undefined ? await linkFor(work, { ...user, user }) : undefined;
    const value = { ...userJson(user), ...(url && { set_password_url: url }) };
    await printResult(options, value, `${user.identifier} is user ${user.id}.${url ? `\n${url}` : ''}`);
  }, 'create');
}

function listAll(options: Format & { matching?: string; disabled?: true }): Promise<void> {
  return withServices(({ services }) =>
    printList(
      options,
      everyUser({ services }, options),
      userJson,
      ['ID', 'CREATED', 'DISABLED', 'E-MAIL', 'IDENTIFIER'],
      ({ id, createdAt, disabledAt, email, emailVerifiedAt, identifier }) => [
        id,
        displayTime(createdAt),
        displayTime(disabledAt),
        email === null ? 'none' : emailVerifiedAt === null ? 'unverified' : 'verified',
        identifier,
      ],
    ),
  );
}

/** All users, read page by page. */
export async function* everyUser(
  { services }: Pick<CommandContext, 'services'>,
  { matching, disabled }: { matching?: string; disabled?: true } = {},
): AsyncGenerator<User> {
  let after: User | undefined;
  for (;;) {
    const users = await services.accounts.list({ matching, after, limit: page });
    for (const user of users) if (!disabled || user.disabledAt !== null) yield user;
    after = users.at(-1);
    if (users.length < page) return;
  }
}

function showOne(name: string, format: Format): Promise<void> {
  return withServices(async ({ services, caller }) => {
    const { id, identifier, user } = await requireAccount(services, name);
    if (!user) unwrap({ refused: 'user_record_missing', user: { id } });
    const sessions = await countSessions(services, id, caller.now);
    if (!user) return;
    const value = { ...userJson(user), sessions };
    const people = keyValueLines([
      ['Identifier', identifier],
      ['Id', id],
      ['Created', displayTime(user.createdAt)],
      ['E-mail', user.email ?? 'none'],
      ['Verified', displayTime(user.emailVerifiedAt)],
      ['Disabled', displayTime(user.disabledAt)],
      ['Sessions', String(sessions)],
    ]);
    await printResult(format, value, people);
  });
}

function changeWith(change: typeof disableUser, outcome: string) {
  return (name: string, format: Format): Promise<void> =>
    withServices(async ({ services, caller }) => {
      const found = await requireAccount(services, name);
      const { ended } = unwrap(await change(services, found, caller));
      const user = await services.store.accounts.findUser(found.id);
      const value = { ...(user && userJson(user)), sessions_ended: ended };
      await printResult(format, value, `${found.identifier} ${outcome}. ${sessionsEnded(ended)}`);
    });
}

async function deleteOne(name: string, options: Format & { yes?: true }): Promise<void> {
  await withServices(async ({ services, caller }) => {
    const found = await requireAccount(services, name);
    if (!options.yes) await ask(found);
    const { ended } = unwrap(await deleteUser(services, found, caller));
    const value = { id: found.id, identifier: found.identifier, sessions_ended: ended };
    await printResult(options, value, `${found.identifier} was deleted. ${sessionsEnded(ended)}`);
  });
}

async function ask({ identifier }: Found): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandError(exitCodes.usage, 'There is no terminal to confirm at: add --yes.');
  if (await confirmed(`This deletes ${identifier} for good. Type the name to confirm:`, identifier)) return;
  throw new CommandError(exitCodes.failed, 'The name does not match. Nothing was changed.');
}

async function linkFor({ services, settings, caller }: CommandContext, found: Found): Promise<string> {
  const { token } = unwrap(await passwordToken(services, found, caller));
  return pageLink(settings, 'reset-password', token);
}

export function sessionsEnded(count: number): string {
  return count === 1 ? '1 session ended.' : `${count} sessions ended.`;
}
