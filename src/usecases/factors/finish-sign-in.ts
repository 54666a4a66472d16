/** Finishes a login in a second request, with a code or a passkey, or with the factor that was just enrolled. */

import { canonical } from '../../concepts/accounts.ts';
import type { BrowserToken } from '../../concepts/browser-tokens.ts';
import type { Lasting } from '../../concepts/sessions/sessions.ts';
import type { Attempt } from '../../concepts/throttle.ts';
import { fingerprintOf } from '../../crypto/credential-fingerprint.ts';
import type { IdFormat } from '../../crypto/ids.ts';
import type { CountedIn, Credential } from '../../storage/port/port.ts';
import { type Admission, admit, type LoggedIn } from '../login.ts';
import type { PendingStep } from '../login-refusals.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Enrolling } from './enrolment.ts';
import { judgeCode, passedWith, type SecondStepAsked } from './second-step.ts';

/** How the session is to begin once the second step is done. */
export interface SessionForm {
  readonly idFormat: IdFormat;
  readonly lasting: Lasting;
}

/** A login that waits for its second step in this browser. */
export interface Pending {
  readonly text: string;
  readonly token: BrowserToken;
  readonly credential: Credential;
}

/**
 * Keeps a right password for ten minutes, so that the second step needs no password; returns the token for the browser,
 * `undefined` if the user is gone.
 */
export async function keepPending(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  userId: string,
  { passwordHash, windows }: PendingStep,
  { idFormat, lasting }: SessionForm,
  now: number,
): Promise<string | undefined> {
  const details = {
    idFormat,
    lasting,
    credential: fingerprintOf(passwordHash),
    windows: JSON.stringify(windows),
  };
  return (await browserTokens.mint('second_step', { userId, details }, now))?.text;
}

/** The login that waits in this browser; `undefined` if there is none, it is too old, or the password was changed since. */
export async function pendingIn(
  { browserTokens, store }: Pick<Services, 'browserTokens' | 'store'>,
  texts: readonly string[],
  now: number,
): Promise<Pending | undefined> {
  for (const text of texts) {
    const token = await browserTokens.look([text], 'second_step', now);
    if (!token || token.userId === null) continue;
    const credential = await store.accounts.findCredentialOf(token.userId);
    const isCurrent = credential && fingerprintOf(credential.passwordHash) === token.details['credential'];
    if (isCurrent && !credential.isDisabled) return { text, token, credential };
  }
  return undefined;
}

/** The second step by a code. Each attempt is counted like a login, and refunded with that of the password if it is right. */
export async function finishWithCode(
  services: Services,
  texts: readonly string[],
  asked: SecondStepAsked,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const attempt = async (): Promise<LoggedIn | Refusal> => {
    const pending = await pendingIn(services, texts, caller.now);
    if (!pending) return { refused: 'no_second_step' };
    const { userId } = pending.credential;
    const begun = await count(services, pending, caller);
    if (isRefusal(begun)) return begun;
    const judged = await judgeCode(services, userId, asked.code ?? '', caller);
    if (isRefusal(judged)) {
      if (judged.refused === 'codes_unavailable') await begun.counted.refund();
      return { ...judged, user: { id: userId } };
    }
    const passed = await passedWith(services, userId, asked, caller);
    return finish(services, pending, { ...passed, ...begun }, caller);
  };
  return audited(services, 'login', caller, await attempt());
}

/** A counted second step, and the device if it is known. */
export interface CountedStep {
  readonly counted: Attempt;
  readonly knownDevice: string | undefined;
}

/** Counts a second step like a login (ruling G16). */
export async function count(
  services: Pick<Services, 'devices' | 'throttle'>,
  { credential }: Pending,
  caller: Caller,
): Promise<CountedStep | Refusal> {
  const name = canonical(credential.identifier);
  const knownDevice = await services.devices.knownFor(name, caller, caller.now);
  const counted = await services.throttle.login(name, knownDevice, caller.network, caller.now);
  return isRefusal(counted) ? counted : { counted, knownDevice };
}

/** Begins the session of a pending login whose second step is done: of concurrent requests with one token exactly one does. */
export async function finish(
  services: Services,
  { text, token, credential }: Pending,
  { counted, ...admission }: Admission & CountedStep,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  if (!(await services.browserTokens.take(text, 'second_step', caller.now)))
    return { refused: 'no_second_step' };
  await counted.refund();
  await services.throttle.refund(JSON.parse(token.details['windows'] ?? '[]') as CountedIn[]);
  return admit(services, credential, formOf(token), admission, caller);
}

/** Begins the session of a person who has enrolled in place of having one (ruling F6). */
export async function finishEnrolment(
  services: Services,
  { id, token, user }: Enrolling,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const attempt = async (): Promise<LoggedIn | Refusal> => {
    if (!(await services.browserTokens.take(id, 'enrolment', caller.now))) return { refused: 'no_session' };
    const credential = await services.store.accounts.findCredentialOf(user.id);
    if (!credential || fingerprintOf(credential.passwordHash) !== token.details['credential'])
      return { refused: 'no_session' };
    const admission = { isTrusted: false, knownDevice: undefined };
    const begunBy = inContract(caller, token.details['contract'] ?? caller.contract);
    const admitted = await admit(services, credential, formOf(token), admission, begunBy);
    // The account or its password changed in between: what was refused is the enrolment session, not a password.
    return isRefusal(admitted) ? { refused: 'no_session' } : admitted;
  };
  return audited(services, 'login', caller, await attempt());
}

/** The caller, in the contract whose login gave the enrolment session: it is the one that made the session. */
function inContract(caller: Caller, contract: string): Caller {
  const { network, device, language, deviceIds, requestId, now, signal } = caller;
  return { contract, network, device, language, deviceIds, requestId, now, signal };
}

function formOf({ details }: BrowserToken): SessionForm {
  return {
    idFormat: details['idFormat'] === 'uuid' ? 'uuid' : 'token',
    lasting: details['lasting'] === 'browser' ? 'browser' : 'lifetime',
  };
}
