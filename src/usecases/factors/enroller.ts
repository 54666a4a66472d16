/** Who may enrol and change second factors: a signed-in person after a step-up, or one with an enrolment session (F5, F6). */

import { notProven, type SignedIn } from '../account/step-up.ts';
import type { LoggedIn } from '../login.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Enrolling } from './enrolment.ts';
import { finishEnrolment } from './finish-sign-in.ts';
import { tell } from './second-step.ts';

/** A person who enrols. */
export type Enroller = SignedIn | Enrolling;

/** The session after an enrolment or a change: a new id of the same one, or the first one of a person who had to enrol. */
export type AfterEnrolment =
  | { readonly id: string; readonly begun?: undefined }
  | { readonly id: string; readonly begun: LoggedIn };

export function isSignedIn(person: Enroller): person is SignedIn {
  return 'session' in person;
}

/** What an enrolment is bound to: no other session of the same person completes it. */
export function bindingOf(person: Enroller): string {
  return isSignedIn(person) ? person.session.handle : person.token.handle;
}

/**
 * Refuses a session in which the password, and the factor if there is one, was not confirmed recently. A confirmation from
 * before the first factor does not count. An enrolment session needs none, and ends with the first factor.
 */
export async function mayChangeFactors(
  services: Pick<Services, 'sessions' | 'factors'>,
  person: Enroller,
  now: number,
): Promise<Refusal | undefined> {
  const { secondFactors } = await services.factors.load();
  const state = await secondFactors.find(person.user.id);
  if (!isSignedIn(person)) return state ? { refused: 'no_session' } : undefined;
  const refusal = notProven(services, person, now);
  if (refusal) return refusal;
  return state && person.session.provenAt < state.since ? { refused: 'not_proven' } : undefined;
}

/** After a factor was added: the session gets a new id and counts as confirmed by it, and the owner is told. */
export async function afterEnrolment(
  services: Services,
  person: Enroller,
  kind: 'totp' | 'passkey',
  caller: Caller,
): Promise<AfterEnrolment | Refusal> {
  await tell(services, 'factor_added', person.user.id, caller, { factor: kind });
  if (!isSignedIn(person)) {
    const begun = await finishEnrolment(services, person, caller);
    return isRefusal(begun) ? begun : { id: begun.id, begun };
  }
  return services.sessions.prove(person.id, caller.now, services.audit.context(caller, 'confirm'));
}
