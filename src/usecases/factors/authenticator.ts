/** Authenticator apps (TOTP) and recovery codes of a person: enrolling, confirming, renewing and removing (F1, F5). */

import type { TotpKey } from '../../concepts/factors/totp.ts';
import type { SignedIn } from '../account/step-up.ts';
import { audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import {
  type AfterEnrolment,
  afterEnrolment,
  bindingOf,
  type Enroller,
  isSignedIn,
  mayChangeFactors,
} from './enroller.ts';
import { tell } from './second-step.ts';

/** An enrolment that waits for a code of the app. */
export interface PendingTotp extends TotpKey {
  readonly expiresAt: number;
}

export type Enrolled = AfterEnrolment & {
  readonly user: { readonly id: string };
  /** Shown once. */
  readonly recoveryCodes: readonly string[];
};

/** Makes a secret, which a code has to confirm within half an hour; a new one replaces it. */
export async function beginTotp(
  services: Services,
  person: Enroller,
  caller: Caller,
): Promise<PendingTotp | Refusal> {
  const refusal = await mayChangeFactors(services, person, caller.now);
  if (refusal) return refusal;
  const { secondFactors } = await services.factors.load();
  if ((await secondFactors.find(person.user.id))?.totp) return { refused: 'factor_exists' };
  const made = await secondFactors.newSecret(person.user.id);
  if (isRefusal(made)) return made;
  const claim = {
    userId: person.user.id,
    details: { binding: bindingOf(person), sealed: made.sealed },
  };
  await services.browserTokens.mint('totp_enrolment', claim, caller.now);
  return (await pendingTotp(services, person, caller.now)) ?? { refused: 'no_enrolment' };
}

/** The enrolment that was begun in this session; `undefined` if there is none, or if it is too old. */
export async function pendingTotp(
  services: Services,
  person: Enroller,
  now: number,
): Promise<PendingTotp | undefined> {
  const token = await tokenOf(services, person, now);
  if (!token) return undefined;
  const { secondFactors } = await services.factors.load();
  const key = await secondFactors.keyOf(token.sealed, person.user.id, person.user.identifier);
  return key && { ...key, expiresAt: token.expiresAt };
}

/** Confirms the app with a code of it, and returns the recovery codes. */
export async function confirmTotp(
  services: Services,
  person: Enroller,
  code: string,
  caller: Caller,
): Promise<Enrolled | Refusal> {
  const { user } = person;
  const attempt = async (): Promise<Enrolled | Refusal> => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const { secondFactors } = await services.factors.load();
    const token = await tokenOf(services, person, caller.now);
    // A form that is sent a second time finds what the first one did.
    if (!token) {
      const isEnrolled = (await secondFactors.find(user.id))?.totp !== undefined;
      return { refused: isEnrolled ? 'factor_exists' : 'no_enrolment' };
    }
    const context = services.audit.context(caller, 'factor_add', 'totp');
    const mustBeFirst = !isSignedIn(person);
    const { sealed } = token;
    const enrolled = await secondFactors.enrol(user.id, sealed, code, caller.now, context, mustBeFirst);
    if (isRefusal(enrolled)) return enrolled;
    await services.browserTokens.end(user.id, 'totp_enrolment');
    const after = await afterEnrolment(services, person, 'totp', caller);
    return isRefusal(after) ? after : { ...after, ...enrolled, user };
  };
  return audited(services, 'factor_add', caller, await attempt());
}

/** Whether the app of the person was confirmed with this code: a form that is sent again finds what the first one did. */
export async function wasConfirmedWith(
  { factors }: Pick<Services, 'factors'>,
  { user }: Pick<Enroller, 'user'>,
  code: string,
): Promise<boolean> {
  return (await factors.load()).secondFactors.isLastCode(user.id, code);
}

/** Removes the app. The owner is told, and no browser is trusted any more. */
export async function removeTotp(
  services: Services,
  person: SignedIn,
  caller: Caller,
): Promise<{ readonly user: { readonly id: string } } | Refusal> {
  const { user } = person;
  const attempt = async (): Promise<{ readonly user: { readonly id: string } } | Refusal> => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const { secondFactors } = await services.factors.load();
    const context = services.audit.context(caller, 'factor_remove', 'totp');
    const removed = await secondFactors.removeTotp(user.id, !services.factors.isRequired, context);
    if (removed !== 'removed') return { refused: removed === 'last' ? 'last_factor' : 'unknown_factor' };
    await tell(services, 'factor_removed', user.id, caller, { factor: 'totp' });
    return { user };
  };
  return audited(services, 'factor_remove', caller, await attempt());
}

/** A new set of recovery codes; the old ones are void. */
export async function renewRecoveryCodes(
  services: Services,
  person: SignedIn,
  caller: Caller,
): Promise<{ readonly user: { readonly id: string }; readonly recoveryCodes: readonly string[] } | Refusal> {
  const { user } = person;
  const attempt = async () => {
    const refusal = await mayChangeFactors(services, person, caller.now);
    if (refusal) return refusal;
    const { secondFactors } = await services.factors.load();
    const context = services.audit.context(caller, 'recovery_codes');
    const recoveryCodes = await secondFactors.renewRecoveryCodes(user.id, context);
    return recoveryCodes ? { user, recoveryCodes } : ({ refused: 'unknown_factor' } as const);
  };
  return audited(services, 'recovery_codes', caller, await attempt());
}

/** The encrypted secret that was begun in this session. */
async function tokenOf(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  person: Enroller,
  now: number,
): Promise<{ readonly sealed: string; readonly expiresAt: number } | undefined> {
  const [token] = await browserTokens.ofUser(person.user.id, 'totp_enrolment', now);
  if (!token || token.details['binding'] !== bindingOf(person)) return undefined;
  return { sealed: token.details['sealed'] ?? '', expiresAt: token.expiresAt };
}
