/** Sign-in with a passkey: alone, in place of a name and a password, or as the second step after a password. */

import { canonical } from '../../concepts/accounts.ts';
import type { ExpectedUse, InvalidPasskey, PasskeysUnavailable } from '../../concepts/factors/passkeys.ts';
import type { Passkey } from '../../storage/port/port.ts';
import { admit, type LoggedIn, type Login, login } from '../login.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { count, finish, keepPending, type Pending, pendingIn, type SessionForm } from './finish-sign-in.ts';
import {
  ask,
  type PasskeyAnswer,
  type PasskeyAsked,
  type TakenChallenge,
  takeChallenge,
} from './passkey-challenges.ts';
import { passedWith, type SecondStepAsked } from './second-step.ts';

/** A sign-in with a passkey. */
export interface PasskeySignIn extends PasskeyAnswer {
  /** The tokens of logins that wait for their second step in this browser. */
  readonly steps: readonly string[];
  /** How the session begins where the passkey stands alone; after a password the first step has said it. */
  readonly form: SessionForm;
  /** After a password: whether the browser is to be trusted from now on. */
  readonly second?: SecondStepAsked;
}

/** The options of a second step, and the token of the login that waits for it. */
export interface SecondStepOptions extends PasskeyAsked {
  readonly step: string;
}

/** The options of a sign-in without a name and a password. */
export async function passkeySignInOptions(
  services: Services,
  caller: Caller,
): Promise<PasskeyAsked | Refusal> {
  const counted = await services.throttle.challenge(caller.network, caller.now);
  if (isRefusal(counted)) return counted;
  const { passkeys } = await services.factors.load();
  return ask(services, 'passkey_sign_in', { userId: null }, caller, (newChallenge) =>
    passkeys.signInOptions(newChallenge),
  );
}

/** The options of the second step of a login that waits in this browser. */
export async function secondStepOptions(
  services: Services,
  steps: readonly string[],
  caller: Caller,
): Promise<SecondStepOptions | Refusal> {
  const pending = await pendingIn(services, steps, caller.now);
  if (!pending) return { refused: 'no_second_step' };
  const { userId } = pending.credential;
  const { passkeys } = await services.factors.load();
  const claim = { userId, binding: pending.token.handle };
  const asked = await ask(services, 'passkey_second_step', claim, caller, (newChallenge) =>
    passkeys.options(userId, false, newChallenge),
  );
  return isRefusal(asked) ? asked : { ...asked, step: pending.text };
}

/**
 * Logs in with a password, and gives the options of the second step where that is missing. Any other outcome is that of the
 * login, such as a session for a browser that is trusted.
 */
export async function loginForSecondStep(
  services: Services,
  asked: Login,
  caller: Caller,
): Promise<SecondStepOptions | LoggedIn | Refusal> {
  const outcome = await login(services, asked, caller);
  if (!isRefusal(outcome) || outcome.refused !== 'second_factor_required') return outcome;
  const form = { idFormat: asked.idFormat, lasting: asked.lasting ?? 'lifetime' };
  const step = await keepPending(services, outcome.user.id, outcome.pending, form, caller.now);
  return step === undefined ? { refused: 'unknown_account' } : secondStepOptions(services, [step], caller);
}

/** Signs a person in by the answer of a passkey: alone or as a second step, as its challenge was made for. */
export async function signInWithPasskey(
  services: Services,
  asked: PasskeySignIn,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  return audited(services, 'login', caller, await attempt(services, asked, caller));
}

/** The attempt is counted for its network before anything else is done, and refunded if it succeeds (ruling G16). */
async function attempt(
  services: Services,
  asked: PasskeySignIn,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const counted = await services.throttle.signIn(caller.network, caller.now);
  if (isRefusal(counted)) return counted;
  const taken = await takeChallenge(services, ['passkey_sign_in', 'passkey_second_step'], asked, caller.now);
  if (!taken) return { refused: 'invalid_passkey' };
  if (taken.token.purpose === 'passkey_second_step') {
    await counted.refund();
    return secondStep(services, asked, taken, caller);
  }
  const { answer, form } = asked;
  const expected = { challenge: taken.challenge, userId: undefined, isAlone: true };
  const verified = await verifyPasskey(services, answer, expected, caller);
  if (isRefusal(verified)) return verified;
  const credential = await services.store.accounts.findCredentialOf(verified.userId);
  if (!credential) return { refused: 'unknown_account' };
  if (credential.isDisabled) return { refused: 'account_disabled', user: { id: verified.userId } };
  await counted.refund();
  const knownDevice = await services.devices.knownFor(canonical(credential.identifier), caller, caller.now);
  return admit(services, credential, form, { isTrusted: false, knownDevice }, caller);
}

/** The second step is counted like a login of the account. */
async function secondStep(
  services: Services,
  { answer, steps, second = {} }: PasskeySignIn,
  { challenge, token }: TakenChallenge,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const pending = await pendingIn(services, steps, caller.now);
  if (!pending) return { refused: 'no_second_step' };
  const { userId } = pending.credential;
  const user = { id: userId };
  const counted = await count(services, pending, caller);
  if (isRefusal(counted)) return counted;
  if (!isFor(token, pending)) return { refused: 'invalid_passkey', user };
  const verified = await verifyPasskey(services, answer, { challenge, userId, isAlone: false }, caller);
  if (isRefusal(verified))
    return verified.refused === 'passkeys_unavailable' ? verified : { ...verified, user };
  const passed = await passedWith(services, userId, second, caller);
  return finish(services, pending, { ...passed, ...counted }, caller);
}

function isFor({ userId, details }: TakenChallenge['token'], { credential, token }: Pending): boolean {
  return userId === credential.userId && details['binding'] === token.handle;
}

/** Verifies an answer to a challenge that was taken, and counts it for the metrics. */
export async function verifyPasskey(
  { factors }: Pick<Services, 'factors'>,
  answer: unknown,
  expected: ExpectedUse,
  caller: Caller,
): Promise<Passkey | InvalidPasskey | PasskeysUnavailable> {
  const { passkeys } = await factors.load();
  const verified = await passkeys.verify(answer, expected, caller.now);
  factors.count('passkey', isRefusal(verified) ? verified.refused : 'ok');
  return verified;
}
