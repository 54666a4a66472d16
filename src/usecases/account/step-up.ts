/** Step-up: verifying the password again in a session that is already signed in. */

import { canonical } from '../../concepts/accounts.ts';
import type { HashingSlot } from '../../crypto/hashing-queue.ts';
import type { Credential, User } from '../../storage/port/port.ts';
import { verifyPassword } from '../login.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Checked } from '../session-check.ts';

/** A signed-in person, with the id of their session. */
export interface SignedIn extends Checked {
  readonly id: string;
}

/** What a person shows again. */
export interface Confirmation {
  readonly password: string;
  /** Needed if there is a second factor. */
  readonly code?: string | undefined;
}

/** The new id of the confirmed session. */
export interface Confirmed {
  readonly id: string;
  readonly user: Pick<User, 'id'>;
}

/**
 * Verifies the password in a session, and a code if the person has a second factor; for ten minutes the session may then do
 * what requires it. The session gets a new id, so that an id that was stolen before gains nothing.
 */
export async function confirm(
  services: Services,
  signedIn: SignedIn,
  asked: Confirmation,
  caller: Caller,
): Promise<Confirmed | Refusal> {
  return audited(services, 'confirm', caller, await attempt(services, signedIn, asked, caller));
}

async function attempt(
  services: Services,
  signedIn: SignedIn,
  { password, code }: Confirmation,
  caller: Caller,
): Promise<Confirmed | Refusal> {
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const withCode = (found: Credential) => codeMissing(services, found, code, caller);
  const credential = await verifyOwnPassword(services, signedIn, password, slot, caller, withCode);
  if (isRefusal(credential)) return credential;
  const context = services.audit.context(caller, 'confirm');
  const proven = await services.sessions.prove(signedIn.id, caller.now, context);
  return isRefusal(proven) ? proven : { ...proven, user: signedIn.user };
}

/** Refuses a confirmation without the code of a person who has a second factor (ruling F5). */
async function codeMissing(
  services: Services,
  { userId, passwordHash, hasSecondFactor }: Credential,
  code: string | undefined,
  caller: Caller,
): Promise<Refusal | undefined> {
  if (!hasSecondFactor) return undefined;
  const user = { id: userId };
  const pending = { passwordHash, windows: [] };
  if (code === undefined) return { refused: 'second_factor_required', user, pending };
  const { judgeCode } = await import('../factors/second-step.ts');
  const judged = await judgeCode(services, userId, code, caller);
  return isRefusal(judged) ? { ...judged, user } : undefined;
}

/** Refuses a session in which the password was not confirmed recently. */
export function notProven(
  { sessions }: Pick<Services, 'sessions'>,
  { session }: SignedIn,
  now: number,
): Refusal | undefined {
  return sessions.isProven(session, now) ? undefined : { refused: 'not_proven' };
}

/**
 * The credential of the signed-in person, if the password is correct and `refusalOf` refuses nothing; counted like a login
 * attempt.
 */
export async function verifyOwnPassword(
  services: Services,
  { user }: SignedIn,
  password: string,
  slot: HashingSlot,
  caller: Caller,
  refusalOf: (credential: Credential) => Promise<Refusal | undefined> = async () => undefined,
): Promise<Credential | Refusal> {
  const name = canonical(user.identifier);
  const knownDevice = await services.devices.knownFor(name, caller, caller.now);
  const counted = await services.throttle.login(name, knownDevice, caller.network, caller.now);
  if (isRefusal(counted)) return counted;
  const found = await services.store.accounts.findCredentialOf(user.id);
  const credential = await verifyPassword(services, found, password, counted, slot);
  if (isRefusal(credential)) return credential;
  const refusal = await refusalOf(credential);
  // A code that the server could not check is no failure of the person.
  if (!refusal || refusal.refused === 'codes_unavailable') await counted.refund();
  return refusal ?? credential;
}
