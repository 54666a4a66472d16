/** Proving a password: counted and queued before it is paid for, the same for every use case that asks for one. */

import { canonical } from '../concepts/accounts.ts';
import type { Attempt } from '../concepts/throttle.ts';
import { Abandoned, Displaced, type HashingSlot } from '../crypto/hashing-queue.ts';
import type { Credential } from '../storage/port/port.ts';
import { withHashingSlot } from './hashing-slot.ts';
import { type Caller, isRefusal, type Refusal, type Services } from './services.ts';

/** One attempt to prove a password, while it has a place in the line for hashing. */
export interface LoginAttempt {
  readonly password: string;
  readonly slot: HashingSlot;
  readonly attempt: Attempt;
  /** The id of the caller's device, if it is a known one. */
  readonly device: string | undefined;
}

/**
 * Lets one attempt through to `work`. A place in the line for hashing comes first, so that an overload is refused
 * before anything is counted or paid for; then the attempt is counted, for the device if it is a known one (ruling G16).
 * Up to here a name that does not exist is treated like one that does, step by step.
 */
export async function withLoginAttempt<Answer extends object>(
  services: Services,
  identifier: string,
  password: string,
  caller: Caller,
  work: (guessed: LoginAttempt) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  return withHashingSlot(services, caller, async (slot) => {
    const name = canonical(identifier);
    const device = await services.devices.knownFor(name, caller, caller.now);
    const attempt = await services.throttle.login(name, device, caller.network, caller.now);
    if (isRefusal(attempt)) return attempt;
    try {
      return await work({ password, slot, attempt, device });
    } catch (error) {
      // Nothing was learned from an attempt that was dropped unhashed.
      if (error instanceof Abandoned) await attempt.refundAccount();
      if (error instanceof Displaced) await attempt.refund();
      throw error;
    }
  });
}

/**
 * The credential that `find` finds, if the password is the right one: one hash is computed in every case (ruling G17).
 * A success takes its attempt back out of the windows it was counted in, and brings the hash up to the current parameters.
 */
export async function verifyPassword(
  services: Services,
  find: () => Credential | undefined | Promise<Credential | undefined>,
  guessed: LoginAttempt,
): Promise<Credential | Refusal> {
  const { password, slot, attempt } = guessed;
  const credential = await find();
  const { correct, outdated } = await services.passwords.verify(password, credential?.passwordHash, slot);
  if (!credential) return { refused: 'unknown_account' };
  const user = { id: credential.userId };
  if (!correct) return { refused: 'wrong_password', user };
  if (credential.isDisabled) return { refused: 'account_disabled', user };
  await attempt.refund();
  if (!outdated) return credential;

  const passwordHash = await services.passwords.rehash(password, slot);
  const replaced = await services.accounts.replaceHash(credential, passwordHash);
  // It was replaced meanwhile: with the same password, or with another one.
  return replaced ? { ...credential, passwordHash } : verifyPassword(services, find, guessed);
}
