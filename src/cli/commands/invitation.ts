/** `gatehouse user invite`, `invitations` and `revoke-invitation`. */

import type { Command } from 'commander';
import { invitationDays } from '../../concepts/invitations.ts';
import type { Settings } from '../../settings/settings.ts';
import { wholeNumber } from '../../settings/value-parsers.ts';
import type { Invitation } from '../../storage/port/port.ts';
import { invite, revokeInvitation } from '../../usecases/admin/admin-invitations.ts';
import { addCommand } from '../command.ts';
import { unwrap, withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, printList, printNote, printResult, utc } from '../output.ts';
import { pageLink } from '../page-link.ts';

const { usual, limit } = invitationDays;

const readDays = wholeNumber(1, limit);

/** Adds the commands to `gatehouse user`. */
export function addInvitationCommands(user: Command): void {
  addCommand(user, 'invite <identifier>', {
    summary: 'Print an invitation to register one name, once',
    more:
      'Prints a link; the token alone if GATEHOUSE_PAGES is off and GATEHOUSE_PUBLIC_URL is not set. It replaces an ' +
      'earlier invitation for the name, and works while GATEHOUSE_REGISTRATION is invite.',
    examples: [
      'gatehouse user invite grace@example.com',
      'gatehouse user invite grace_hopper --days 30 --json',
    ],
  })
    .option('--days <number>', `days until it expires, at most ${limit}`, days, usual)
    .action(inviteOne);

  addCommand(user, 'invitations', {
    summary: 'List the invitations that have not expired',
    examples: ['gatehouse user invitations'],
  }).action(listAll);

  addCommand(user, 'revoke-invitation <identifier>', {
    summary: 'Revoke an invitation',
    examples: ['gatehouse user revoke-invitation alan@example.com'],
  }).action(revokeOne);
}

function days(text: string): number {
  const read = readDays(text);
  if (read !== undefined) return read;
  throw new CommandError(exitCodes.usage, `--days must be a whole number from 1 to ${limit}.`);
}

function inviteOne(identifier: string, options: Format & { days: number }): Promise<void> {
  return withServices(async ({ services, settings, caller }) => {
    const { user, token, expiresAt } = unwrap(await invite(services, identifier, options.days, caller));
    for (const warning of warnings(settings, identifier)) printNote(`Warning: ${warning}`);
    // Without pages of either kind there is nothing to lead to.
    const hasPage = settings.pages === true || settings.publicUrl !== '';
    const url = hasPage ? pageLink(settings, 'register', token) : null;
    const value = { identifier, user_id: user.id, expires_at: utc(expiresAt), token, url };
    await printResult(options, value, url ?? token);
  });
}

/** Reasons why an invitation may not work as intended. */
function warnings({ registration, contracts }: Settings, identifier: string): string[] {
  const [kind, contract] = identifier.includes('@')
    ? ['an e-mail address', 'rest']
    : ['a user name', 'dotjson'];
  const isServed = contracts.some((name) => name === contract);
  return [
    ...(registration === 'open'
      ? ['GATEHOUSE_REGISTRATION is open: the name can be registered without the invitation.']
      : []),
    ...(registration === 'closed'
      ? ['GATEHOUSE_REGISTRATION is closed: the invitation works once it is set to invite.']
      : []),
    ...(isServed ? [] : [`GATEHOUSE_CONTRACTS leaves out ${contract}: no other contract registers ${kind}.`]),
  ];
}

function listAll(options: Format): Promise<void> {
  return withServices(({ services, caller }) =>
    printList(
      options,
      services.invitations.pending(caller.now),
      invitationJson,
      ['EXPIRES', 'IDENTIFIER'],
      ({ canonical, expiresAt }) => [displayTime(expiresAt), canonical],
    ),
  );
}

function revokeOne(identifier: string, options: Format): Promise<void> {
  return withServices(async ({ services, caller }) => {
    const revoked = await revokeInvitation(services, identifier, caller);
    if (!revoked)
      throw new CommandError(exitCodes.notFound, `There is no invitation for ${JSON.stringify(identifier)}.`);
    const people = `The invitation for ${revoked.canonical} is revoked.`;
    await printResult(options, invitationJson(revoked), people);
  });
}

function invitationJson({ canonical, userId, expiresAt }: Invitation) {
  return { identifier: canonical, user_id: userId, expires_at: utc(expiresAt) };
}
