/** Invitations: each lets one person register. */

import { canonical } from '../../concepts/accounts.ts';
import type { Invitation } from '../../storage/port/port.ts';
import { reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';

/** A new invitation, for the operator to hand over. */
export interface Invited {
  /** The id that the account will have. */
  readonly user: { readonly id: string };
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * Invites a person to register a name, in place of an earlier invitation for it. If the name is taken meanwhile, the
 * invitation is useless and harmless.
 */
export async function invite(
  services: Pick<Services, 'accounts' | 'invitations' | 'audit'>,
  typed: string,
  days: number,
  caller: Caller,
): Promise<Invited | Refusal> {
  const identifier = services.accounts.name(typed, typed.includes('@') ? 'email' : 'username');
  if (isRefusal(identifier)) return identifier;
  if (await services.accounts.credential(typed)) return { refused: 'identifier_taken' };
  const context = services.audit.context(caller, 'invite');
  const { userId, token, expiresAt } = await services.invitations.make(
    identifier.canonical,
    days,
    caller.now,
    context,
  );
  return reported(services, 'invite', caller, { user: { id: userId }, token, expiresAt });
}

/** Makes the invitation for a name void; `undefined` if there is none. */
export async function revokeInvitation(
  services: Pick<Services, 'store' | 'audit'>,
  typed: string,
  caller: Caller,
): Promise<Invitation | undefined> {
  const context = services.audit.context(caller, 'invite_revoke');
  const revoked = await services.store.invitations.remove(canonical(typed), context);
  if (revoked) reported(services, 'invite_revoke', caller, { user: { id: revoked.userId } });
  return revoked;
}
