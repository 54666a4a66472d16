/** Where a person sets up a second factor: on their account, or before their first session (ruling F6). */

import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply, ReplyHeaders } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { Awaitable } from '../../storage/port/awaitable.ts';
import type { AfterEnrolment, Enroller } from '../../usecases/factors/enroller.ts';
import type { Html } from '../parts/html.ts';
import { type Problems, problemsOf } from '../parts/problems.ts';
import type { View } from '../parts/view.ts';

/** The answer of a page to a person of a place. */
export type PlaceAnswer<Person extends Enroller> = (
  person: Person,
  view: View,
  context: RequestContext,
) => Awaitable<Reply | AnyRefusal>;

/** What a form that is sent again had done, as the notice of a page says it. */
export type AddedBefore = 'authenticator_added' | 'passkey_added';

export interface Place<Person extends Enroller = Enroller> {
  /** The path below which the pages are. */
  readonly base: '/account' | '/enrol';
  /** The answer of a route for the people of this place; all others are led away. */
  answer(path: string, answer: PlaceAnswer<Person>): Route['answer'];
  /** Refuses a person who has to confirm first that it is them (ruling F5). */
  unproven(person: Person, now: number): AnyRefusal | undefined;
  /** The page that shows a refusal which concerns more than a field. */
  refused(
    person: Person,
    view: View,
    context: RequestContext,
    refusal: AnyRefusal,
    problems: Problems,
  ): Promise<Reply>;
  /** What each form of the place carries along. */
  carried(context: RequestContext): Html;
  /** The page that a person came from, with what is carried along. */
  back(view: View, context: RequestContext): string;
  /** A page below the base, with what is carried along. */
  page(view: View, context: RequestContext, name: string): string;
  /** Where a form leads that is sent again after it has added a factor: reloading that page sends nothing. */
  again(view: View, context: RequestContext, done: AddedBefore): string;
  /** Where a person goes on when the factor is there. */
  goOn(view: View, context: RequestContext): string;
  /** The cookies after an enrolment: of the session under its new id, or of the first one. */
  cookies(person: Person, enrolled: AfterEnrolment): ReplyHeaders;
}

/** A refusal with the page of the place that shows it. */
export async function refusedIn<Person extends Enroller>(
  place: Place<Person>,
  person: Person,
  view: View,
  context: RequestContext,
  refusal: AnyRefusal,
  problems: Problems = problemsOf(view.texts, refusal, []),
): Promise<AnyRefusal> {
  return { ...refusal, reply: await place.refused(person, view, context, refusal, problems) };
}
