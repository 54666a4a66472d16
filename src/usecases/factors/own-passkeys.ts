/** A person's own passkeys: adding, confirming with, renaming and removing them (ruling F5). */

import { newRecoveryCodes } from '../../concepts/factors/recovery-codes.ts';
import type { Passkey } from '../../storage/port/port.ts';
import type { Confirmed, SignedIn } from '../account/step-up.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Enrolled } from './authenticator.ts';
import { afterEnrolment, bindingOf, type Enroller, isSignedIn, mayChangeFactors } from './enroller.ts';
import {
  ask,
  type ChallengeClaim,
  type PasskeyAnswer,
  type PasskeyAsked,
  type TakenChallenge,
  takeChallenge,
} from './passkey-challenges.ts';
import { verifyPasskey } from './passkey-sign-in.ts';
import { tell } from './second-step.ts';

/** A passkey to be added. */
export interface PasskeyToAdd extends PasskeyAnswer {
  /** Empty for a name that is made of the device. */
  readonly name: string;
}

export type PasskeyAdded = Enrolled & { readonly passkey: Passkey };

/** The options with which a person makes a passkey. */
export async function registrationOptions(
  services: Services,
  person: Enroller,
  caller: Caller,
): Promise<PasskeyAsked | Refusal> {
  const refusal = await mayChangeFactors(services, person, caller.now);
  if (refusal) return refusal;
  const { passkeys } = await services.factors.load();
  return ask(services, 'passkey_registration', claimOf(person), caller, (newChallenge) =>
    passkeys.registrationOptions(person.user, newChallenge),
  );
}

/** Adds a passkey, and returns the recovery codes that replace all earlier ones. */
export async function addPasskey(
  services: Services,
  person: Enroller,
  { name, ...asked }: PasskeyToAdd,
  caller: Caller,
): Promise<PasskeyAdded | Refusal> {
  const { user } = person;
  const attempt = async (): Promise<PasskeyAdded | Refusal> => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const taken = await takeChallenge(services, ['passkey_registration'], asked, caller.now);
    if (!taken || !isFor(taken, person)) return { refused: 'invalid_passkey' };
    const { passkeys } = await services.factors.load();
    const { codes, hashes } = newRecoveryCodes();
    const { answer } = asked;
    const { challenge } = taken;
    const mustBeFirst = !isSignedIn(person);
    const made = { name, device: caller.device, answer, challenge, recoveryHashes: hashes, mustBeFirst };
    const context = services.audit.context(caller, 'factor_add', 'passkey');
    const passkey = await passkeys.add(user.id, made, caller.now, context);
    if (isRefusal(passkey)) return passkey;
    const after = await afterEnrolment(services, person, 'passkey', caller);
    // The passkey is added; only the session, or the right to one, has ended meanwhile.
    if (isRefusal(after)) return { refused: 'no_session' };
    return { ...after, user, recoveryCodes: codes, passkey };
  };
  return audited(services, 'factor_add', caller, await attempt());
}

/** Whether the person has the passkey of an answer already: a form that is sent again finds what the first one did. */
export async function wasAdded(
  { factors }: Pick<Services, 'factors'>,
  { user }: Pick<Enroller, 'user'>,
  { answer }: Pick<PasskeyAnswer, 'answer'>,
): Promise<boolean> {
  return (await factors.load()).passkeys.isOf(user.id, answer);
}

/** The options of a confirmation. */
export async function confirmationOptions(
  services: Services,
  person: SignedIn,
  caller: Caller,
): Promise<PasskeyAsked | Refusal> {
  const { passkeys } = await services.factors.load();
  return ask(services, 'passkey_confirmation', claimOf(person), caller, (newChallenge) =>
    passkeys.options(person.user.id, true, newChallenge),
  );
}

/**
 * Confirms a session with a passkey whose device has verified the person, in place of the password and a code. The attempt is
 * counted for its network, and refunded if it succeeds.
 */
export async function confirmWithPasskey(
  services: Services,
  person: SignedIn,
  asked: PasskeyAnswer,
  caller: Caller,
): Promise<Confirmed | Refusal> {
  const { user } = person;
  const attempt = async (): Promise<Confirmed | Refusal> => {
    const counted = await services.throttle.signIn(caller.network, caller.now);
    if (isRefusal(counted)) return counted;
    const taken = await takeChallenge(services, ['passkey_confirmation'], asked, caller.now);
    if (!taken || !isFor(taken, person)) return { refused: 'invalid_passkey', user };
    const expected = { challenge: taken.challenge, userId: user.id, isAlone: true };
    const verified = await verifyPasskey(services, asked.answer, expected, caller);
    if (isRefusal(verified)) return { ...verified, user };
    await counted.refund();
    const context = services.audit.context(caller, 'confirm');
    const proven = await services.sessions.prove(person.id, caller.now, context);
    return isRefusal(proven) ? proven : { ...proven, user };
  };
  return audited(services, 'confirm', caller, await attempt());
}

export async function renamePasskey(
  services: Services,
  person: SignedIn,
  { handle, name }: { readonly handle: string; readonly name: string },
  caller: Caller,
): Promise<{ readonly name: string } | Refusal> {
  const { user } = person;
  const attempt = async () => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const { passkeys } = await services.factors.load();
    const context = services.audit.context(caller, 'passkey_rename');
    return { ...(await passkeys.rename(user.id, handle, name, context)), user };
  };
  return audited(services, 'passkey_rename', caller, await attempt());
}

/** Removes a passkey. The owner is told, and no browser is trusted any more. */
export async function removePasskey(
  services: Services,
  person: SignedIn,
  handle: string,
  caller: Caller,
): Promise<{ readonly user: { readonly id: string } } | Refusal> {
  const { user } = person;
  const attempt = async () => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const { passkeys } = await services.factors.load();
    const context = services.audit.context(caller, 'factor_remove', 'passkey');
    const removed = await passkeys.remove(user.id, handle, !services.factors.isRequired, context);
    if (isRefusal(removed)) return { ...removed, user };
    await tell(services, 'factor_removed', user.id, caller, { factor: 'passkey' });
    return { user };
  };
  return audited(services, 'factor_remove', caller, await attempt());
}

/** A challenge is bound to the session in which it was asked for. */
function claimOf(person: Enroller): ChallengeClaim {
  return { userId: person.user.id, binding: bindingOf(person) };
}

function isFor({ token }: TakenChallenge, person: Enroller): boolean {
  return token.userId === person.user.id && token.details['binding'] === bindingOf(person);
}
