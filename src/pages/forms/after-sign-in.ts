/** What follows a sign-in on a page: the cookies of the session and the way on, a second step, or an enrolment. */

import type { Lasting } from '../../concepts/sessions/sessions.ts';
import type { AnyRefusal } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { SecondStepAsked } from '../../usecases/factors/second-step.ts';
import type { BegunOnDevice } from '../../usecases/login.ts';
import type { PendingStep } from '../../usecases/login-refusals.ts';
import { isRefusal, type Refusal } from '../../usecases/refusals.ts';
import { type FormState, seeOther, textOf } from '../parts/form-page.ts';
import type { PageServices, View } from '../parts/view.ts';

/** How long a browser keeps the token of a right password, in seconds; the server forgets it at the same time. */
const stepSeconds = 600;

/** A session that was not to be kept ends with the browser (ruling L4). */
export function lastingOf({ isRemembered }: FormState): Lasting {
  return isRemembered ? 'lifetime' : 'browser';
}

/** The way on after a password: with a session, to the second step (ruling F2), or to the enrolment of one (ruling F6). */
export async function afterPassword(
  pages: PageServices,
  outcome: BegunOnDevice | Refusal,
  view: View,
  state: FormState,
  context: RequestContext,
): Promise<Reply | AnyRefusal> {
  if (!isRefusal(outcome)) return signedIn(pages, outcome, view, state);
  if (outcome.refused === 'second_factor_required') return toSecondStep(pages, outcome, view, state, context);
  if (outcome.refused !== 'enrolment_required') return outcome;
  const way = withTarget(pages, `${view.root}enrol`, state.returnTo);
  return seeOther(way, pages.cookies.begin(outcome.enrolment));
}

/** Keeps the right password in the browser's stead, so that the second step needs none. */
async function toSecondStep(
  pages: PageServices,
  { user, pending }: { readonly user: { readonly id: string }; readonly pending: PendingStep },
  { root }: View,
  state: FormState,
  { now }: RequestContext,
): Promise<Reply | AnyRefusal> {
  const { keepPending } = await import('../../usecases/factors/finish-sign-in.ts');
  const form = { idFormat: 'token', lasting: lastingOf(state) } as const;
  const text = await keepPending(pages.services, user.id, pending, form, now);
  if (text === undefined) return { refused: 'unknown_account' };
  const held = pages.cookies.hold('step', text, stepSeconds);
  return seeOther(withTarget(pages, `${root}second-factor`, state.returnTo), { 'set-cookie': held });
}

export function signedIn(
  { cookies, targets }: PageServices,
  begun: BegunOnDevice,
  { root }: View,
  { returnTo }: Pick<FormState, 'returnTo'>,
): Reply {
  return seeOther(targets.location(returnTo, root), cookies.begin(begun));
}

/** What a form and its browser say of the second step: whether to trust the browser, and who trusts it already (F4). */
export function secondStepIn(
  { cookies }: PageServices,
  { request, fields }: RequestContext,
): Pick<SecondStepAsked, 'trust' | 'trustedBrowsers'> {
  return { trust: textOf(fields, 'trust') !== '', trustedBrowsers: cookies.held(request, 'trusted') };
}

/** The query that takes the target along to another page. */
export function withTarget({ targets }: PageServices, path: string, returnTo: string | undefined): string {
  const accepted = targets.accepted(returnTo);
  return accepted === undefined ? path : `${path}?return_to=${encodeURIComponent(accepted)}`;
}
