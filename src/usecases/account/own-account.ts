/** A person's own account: reading its audit entries, and deleting it. */

import type { AuditEntry, User } from '../../storage/port/port.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Checked } from '../session-check.ts';
import { notProven, type SignedIn, verifyOwnPassword } from './step-up.ts';

/** Entries of the audit in one page. */
export const activityPage = 100;

/** The newest entries about the person, `before` a sequence number if asked: 100 by default. */
export function activity(
  { store }: Pick<Services, 'store'>,
  { user }: Checked,
  before: number | undefined,
  limit = activityPage,
): Promise<AuditEntry[]> {
  return store.audit.read({ userId: user.id, before, limit });
}

export interface Deleted {
  readonly user: User;
}

/**
 * Removes the account with everything that belongs to it. Its name is free again; its audit entries keep its id. All its
 * sessions are dead with this one step; the sweep removes the rows of very many.
 */
export async function deleteAccount(
  services: Services,
  signedIn: SignedIn,
  password: string,
  caller: Caller,
): Promise<Deleted | Refusal> {
  return audited(services, 'account_delete', caller, await attempt(services, signedIn, password, caller));
}

async function attempt(
  services: Services,
  signedIn: SignedIn,
  password: string,
  caller: Caller,
): Promise<Deleted | Refusal> {
  const refusal = notProven(services, signedIn, caller.now);
  if (refusal) return refusal;
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const credential = await verifyOwnPassword(services, signedIn, password, slot, caller);
  if (isRefusal(credential)) return credential;
  const { user } = signedIn;
  const removed = await services.accounts.remove(user.id, services.audit.context(caller, 'account_delete'));
  return removed ? { user } : { refused: 'no_session' };
}
