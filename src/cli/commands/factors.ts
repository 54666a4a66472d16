/** `gatehouse user factors`: shows the second factors of an account, and removes them if their owner lost them. */

import { Argument, type Command } from 'commander';
import { shownFactors } from '../../http/routes/representations.ts';
import { removeFactors } from '../../usecases/admin/admin-factors.ts';
import type { Found } from '../../usecases/admin/admin-users.ts';
import { type FactorOverview, factorOverview } from '../../usecases/factors/overview.ts';
import { addCommand } from '../command.ts';
import { type CommandContext, requireAccount, unwrap, withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, keyValueLines, printResult } from '../output.ts';
import { confirmed } from '../secret-input.ts';

interface Options extends Format {
  readonly yes?: true;
}

export function addFactorCommand(user: Command): void {
  addCommand(user, 'factors <user>', {
    summary: 'Show the second factors of an account, or remove all of them',
    more:
      'USER is a user name, an e-mail address or the id of a user. `remove` also removes the recovery codes and ends the trust ' +
      'in browsers: then the password is enough to sign in. First make sure that it is the owner who asks. The owner gets a mail.',
    examples: [
      'gatehouse user factors ada@example.com list',
      'gatehouse user factors ada@example.com remove --yes',
    ],
  })
    .addArgument(new Argument('<action>', 'what to do').choices(['list', 'remove']))
    .option('--yes', 'do not ask for confirmation before removing')
    .action((name: string, action: 'list' | 'remove', options: Options) =>
      withServices(async (work) => {
        const found = await requireAccount(work.services, name);
        await (action === 'list' ? list : remove)(work, found, options);
      }),
    );
}

async function list({ services, caller }: CommandContext, found: Found, format: Format): Promise<void> {
  const overview = await factorOverview(services, found, caller.now);
  const { totp, recoveryCodes, passkeys, trustedBrowsers } = overview;
  const people = keyValueLines([
    ['Identifier', found.identifier],
    [
      'Authenticator app',
      totp ? `since ${displayTime(totp.enrolledAt)}${totp.isLocked ? ', locked' : ''}` : '-',
    ],
    ['Recovery codes', String(recoveryCodes)],
    ...passkeys.map(
      ({ name, createdAt, lastUsedAt }) =>
        ['Passkey', `${name}, since ${displayTime(createdAt)}, used ${displayTime(lastUsedAt)}`] as const,
    ),
    ...trustedBrowsers.map(
      ({ details, createdAt }) =>
        ['Trusted browser', `${details['device'] || 'unknown'}, since ${displayTime(createdAt)}`] as const,
    ),
  ]);
  await printResult(
    format,
    { id: found.id, identifier: found.identifier, ...shownFactors(overview) },
    people,
  );
}

async function remove(work: CommandContext, found: Found, options: Options): Promise<void> {
  const { services, caller } = work;
  const before = await factorOverview(services, found, caller.now);
  if (!options.yes && hasFactor(before)) await ask(found);
  unwrap(await removeFactors(services, found, caller));
  const browsers = before.trustedBrowsers.length;
  const value = {
    id: found.id,
    identifier: found.identifier,
    totp_removed: before.totp !== undefined,
    passkeys_removed: before.passkeys.length,
    trusted_browsers_ended: browsers,
  };
  await printResult(
    options,
    value,
    `${found.identifier} has no second factor any more. ` +
      (browsers === 1
        ? '1 browser is not trusted any more.'
        : `${browsers} browsers are not trusted any more.`),
  );
}

async function ask({ identifier }: Found): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandError(exitCodes.usage, 'There is no terminal to confirm at: add --yes.');
  const question = `This removes every second factor of ${identifier}. Type the name to confirm:`;
  if (await confirmed(question, identifier)) return;
  throw new CommandError(exitCodes.failed, 'The name does not match. Nothing was changed.');
}

function hasFactor({ totp, passkeys }: FactorOverview): boolean {
  return totp !== undefined || passkeys.length > 0;
}
