/** `gatehouse user invite` and what goes with it: who may register where registration needs an invitation. */

import type { Command } from 'commander';
import { invitationDays } from '../../concepts/invitations.ts';
import { registerLink } from '../../mail/message-texts.ts';
import { linkBase } from '../../settings/outbound-addresses.ts';
import type { Settings } from '../../settings/settings.ts';
import { wholeNumber } from '../../settings/value-parsers.ts';
import type { Invitation } from '../../storage/port/port.ts';
import { invite, revokeInvitation } from '../../usecases/admin/admin-invitations.ts';
import { add } from '../command.ts';
import { granted, withServices } from '../command-services.ts';
import { exits, Failure } from '../exit-codes.ts';
import { answer, type Format, list, remark, utc, when } from '../output.ts';

const { usual, limit } = invitationDays;

const readDays = wholeNumber(1, limit);

/** Adds the commands to `gatehouse user`. */
export function addInvitationCommands(user: Command): void {
  add(user, 'invite <identifier>', {
    summary: 'Print an invitation that lets one name be registered, once',
    more:
      'With GATEHOUSE_PUBLIC_URL it is a link, otherwise its token alone. It replaces an earlier one for the name. It ' +
      'is of use while GATEHOUSE_REGISTRATION is invite.',
    examples: [
      'gatehouse user invite grace@example.com',
      'gatehouse user invite grace_hopper --days 30 --json',
    ],
  })
    .option('--days <number>', `how many days it is good for, at most ${limit}`, days, usual)
    .action(inviteOne);

  add(user, 'invitations', {
    summary: 'List the invitations that are still good',
    examples: ['gatehouse user invitations'],
  }).action(listAll);

  add(user, 'revoke-invitation <identifier>', {
    summary: 'Make an invitation void',
    examples: ['gatehouse user revoke-invitation alan@example.com'],
  }).action(revokeOne);
}

function days(text: string): number {
  const read = readDays(text);
  if (read !== undefined) return read;
  throw new Failure(exits.usage, `--days is a whole number from 1 to ${limit}.`);
}

function inviteOne(identifier: string, options: Format & { days: number }): Promise<void> {
  return withServices(async ({ services, settings, caller }) => {
    const { user, token, expiresAt } = granted(await invite(services, identifier, options.days, caller));
    for (const warning of warnings(settings, identifier)) remark(`Warning: ${warning}`);
    const url = settings.publicUrl === '' ? null : registerLink(linkBase(settings), token);
    const value = { identifier, user_id: user.id, expires_at: utc(expiresAt), token, url };
    await answer(options, value, url ?? token);
  });
}

/** Why an invitation is not of the use it may be meant for. */
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
      ? ['GATEHOUSE_REGISTRATION is closed: the invitation is of use once it is set to invite.']
      : []),
    ...(isServed ? [] : [`GATEHOUSE_CONTRACTS leaves out ${contract}: no other contract registers ${kind}.`]),
  ];
}

function listAll(options: Format): Promise<void> {
  return withServices(({ services, caller }) =>
    list(
      options,
      services.invitations.pending(caller.now),
      invitationValue,
      ['EXPIRES', 'IDENTIFIER'],
      ({ canonical, expiresAt }) => [when(expiresAt), canonical],
    ),
  );
}

function revokeOne(identifier: string, options: Format): Promise<void> {
  return withServices(async ({ services, caller }) => {
    const revoked = await revokeInvitation(services, identifier, caller);
    if (!revoked)
      throw new Failure(exits.notFound, `There is no invitation for ${JSON.stringify(identifier)}.`);
    const people = `The invitation for ${revoked.canonical} is void.`;
    await answer(options, invitationValue(revoked), people);
  });
}

function invitationValue({ canonical, userId, expiresAt }: Invitation) {
  return { identifier: canonical, user_id: userId, expires_at: utc(expiresAt) };
}
