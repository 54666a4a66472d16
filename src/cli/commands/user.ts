/** `gatehouse user`: making, seeing, disabling and removing accounts, and letting an owner in again. */

import type { Command } from 'commander';
import { resetLink } from '../../mail/message-texts.ts';
import { linkBase } from '../../settings/outbound-addresses.ts';
import type { Settings } from '../../settings/settings.ts';
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
import { add, addGroup } from '../command.ts';
import { accountOf, granted, type Work, withServices } from '../command-services.ts';
import { exits, Failure } from '../exit-codes.ts';
import { answer, type Format, facts, list, remark, userValue, when } from '../output.ts';
import { confirmed, readPassword } from '../secret-input.ts';
import { addInvitationCommands } from './invitation.ts';

/** Users read from the database in one go. */
const page = 500;

const byName = 'USER is a user name, an e-mail address or the id of a user.';

export function addUserCommands(program: Command): void {
  const user = addGroup(program, 'user', 'Make, see, disable and remove accounts');

  add(user, 'add <identifier>', {
    summary: 'Make an account, and print a link that sets its password',
    more: 'The database is created where there is none. The link works once, for 30 minutes.',
    examples: [
      'gatehouse user add grace@example.com',
      'printf \'%s\' "$PASSWORD" | gatehouse user add grace --password-stdin',
    ],
  })
    .option('--password-stdin', 'read the password from standard input instead of printing a link')
    .action(addOne);

  add(user, 'list', {
    summary: 'List accounts, oldest first',
    examples: ['gatehouse user list', 'gatehouse user list --matching example.com --json'],
  })
    .option('--matching <text>', 'only identifiers that contain this text')
    .option('--disabled', 'only disabled accounts')
    .action(listAll);

  add(user, 'show <user>', {
    summary: 'Show an account and how many sessions it has',
    more: byName,
    examples: ['gatehouse user show ada@example.com'],
  }).action(showOne);

  add(user, 'disable <user>', {
    summary: 'Lock an account and end its sessions',
    more: `${byName} From then on a login is refused like a wrong password.`,
    examples: ['gatehouse user disable ada@example.com'],
  }).action(changeWith(disableUser, 'is disabled'));

  add(user, 'enable <user>', {
    summary: 'Unlock an account',
    more: `${byName} Sessions that ended stay ended.`,
    examples: ['gatehouse user enable ada@example.com'],
  }).action(changeWith(enableUser, 'is enabled'));

  add(user, 'delete <user>', {
    summary: 'Remove an account with its sessions; its name is free again',
    more: `${byName} The audit keeps its entries under the id. There is no way back but a backup.`,
    examples: ['gatehouse user delete ada@example.com --yes'],
  })
    .option('--yes', 'do not ask')
    .action(deleteOne);

  add(user, 'set-password-link <user>', {
    summary: 'Print a link that sets a new password',
    more: `${byName} The link begins with GATEHOUSE_PUBLIC_URL and works once, for 30 minutes.`,
    examples: ['gatehouse user set-password-link ada@example.com'],
  }).action((name: string, format: Format) =>
    withServices(async (work) => {
      const url = await linkFor(work, await accountOf(work.services, name));
      await answer(format, { url }, url);
    }),
  );

  addInvitationCommands(user);
}

async function addOne(identifier: string, options: Format & { passwordStdin?: true }): Promise<void> {
  const password = options.passwordStdin ? await readPassword('Password:') : undefined;
  await withServices(async (work) => {
    const { user } = granted(await addUser(work.services, identifier, password, work.caller));
    const url = password === undefined ? await linkFor(work, { ...user, user }) : undefined;
    const value = { ...userValue(user), ...(url && { set_password_url: url }) };
    await answer(options, value, `${user.identifier} is user ${user.id}.${url ? `\n${url}` : ''}`);
  }, 'create');
}

function listAll(options: Format & { matching?: string; disabled?: true }): Promise<void> {
  return withServices(({ services }) =>
    list(
      options,
      everyUser({ services }, options),
      userValue,
      ['ID', 'CREATED', 'DISABLED', 'E-MAIL', 'IDENTIFIER'],
      ({ id, createdAt, disabledAt, email, emailVerifiedAt, identifier }) => [
        id,
        when(createdAt),
        when(disabledAt),
        email === null ? 'none' : emailVerifiedAt === null ? 'unverified' : 'verified',
        identifier,
      ],
    ),
  );
}

/** Every user there is, read page by page. */
export async function* everyUser(
  { services }: Pick<Work, 'services'>,
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
    const { id, identifier, user } = await accountOf(services, name);
    if (!user) granted({ refused: 'user_record_missing', user: { id } });
    const sessions = await countSessions(services, id, caller.now);
    if (!user) return;
    const value = { ...userValue(user), sessions };
    const people = facts([
      ['Identifier', identifier],
      ['Id', id],
      ['Created', when(user.createdAt)],
      ['E-mail', user.email ?? 'none'],
      ['Verified', when(user.emailVerifiedAt)],
      ['Disabled', when(user.disabledAt)],
      ['Sessions', String(sessions)],
    ]);
    await answer(format, value, people);
  });
}

function changeWith(change: typeof disableUser, outcome: string) {
  return (name: string, format: Format): Promise<void> =>
    withServices(async ({ services, caller }) => {
      const found = await accountOf(services, name);
      const { ended } = granted(await change(services, found, caller));
      const user = await services.accounts.user(found.id);
      const value = { ...(user && userValue(user)), sessions_ended: ended };
      await answer(format, value, `${found.identifier} ${outcome}. ${sessionsEnded(ended)}`);
    });
}

async function deleteOne(name: string, options: Format & { yes?: true }): Promise<void> {
  await withServices(async ({ services, caller }) => {
    const found = await accountOf(services, name);
    if (!options.yes) await ask(found);
    const { ended } = granted(await deleteUser(services, found, caller));
    const value = { id: found.id, identifier: found.identifier, sessions_ended: ended };
    await answer(options, value, `${found.identifier} is gone. ${sessionsEnded(ended)}`);
  });
}

async function ask({ identifier }: Found): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(exits.usage, 'There is no terminal to ask at: add --yes.');
  if (await confirmed(`This removes ${identifier} for good. Type the name to go on:`, identifier)) return;
  throw new Failure(exits.failed, 'That is another name. Nothing was changed.');
}

async function linkFor({ services, settings, caller }: Work, found: Found): Promise<string> {
  const { token } = granted(await passwordToken(services, found, caller));
  warnWithoutPublicUrl(settings);
  return resetLink(linkBase(settings), token);
}

function warnWithoutPublicUrl({ publicUrl }: Settings): void {
  if (publicUrl === '')
    remark('Warning: GATEHOUSE_PUBLIC_URL is not set; the link begins with this machine.');
}

export function sessionsEnded(count: number): string {
  return count === 1 ? '1 session ended.' : `${count} sessions ended.`;
}
