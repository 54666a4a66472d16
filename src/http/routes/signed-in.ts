/** Shared parts of the routes outside the three contracts: their words, and the signed-in person of a request. */

import type { NoSession } from '../../concepts/sessions/sessions.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import type { AfterEnrolment, Enroller } from '../../usecases/factors/enroller.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import { check } from '../../usecases/session-check.ts';
import type { AnyRefusal, Contract, Route, WordedRefusal } from '../contract.ts';
import { problem } from '../refusals/problem.ts';
import { siteWords } from '../refusals/refusal-words.ts';
import type { Reply, ReplyHeaders } from '../reply.ts';
import { textFields } from '../request/body.ts';
import type { Cookies } from '../request/cookies.ts';
import { cookieIds, sessionId } from '../request/session-id.ts';
import type { RequestContext } from '../request-context.ts';

/** The common base of these route groups: they own no path but those of their routes. */
export const routeGroup = {
  owns: () => false,
  words: siteWords,
  error: challenge,
} satisfies Omit<Contract, 'name' | 'routes'>;

/** Problem details; a 401 names the accepted scheme (RFC 9110, section 11.6.1). */
function challenge(refusal: WordedRefusal): Reply {
  const reply = problem(refusal);
  if (refusal.status !== 401) return reply;
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer' } };
}

/** Answers a signed-in person, with the named fields of the body. */
type PersonalAnswer<Name extends string> = (
  person: SignedIn,
  context: RequestContext,
  fields: Record<Name, string>,
) => Promise<Reply | AnyRefusal>;

/** Wraps answers for signed-in people: a request without a live session or without a named field is refused. */
export function forSignedIn(services: Services) {
  return <Name extends string>(names: readonly Name[], answer: PersonalAnswer<Name>): Route['answer'] =>
    async (context) => {
      const person = await identify(services, context);
      if (isRefusal(person)) return person;
      const fields = textFields(context.fields, names);
      const outcome = isRefusal(fields) ? fields : await answer(person, context, fields);
      return isRefusal(outcome) ? { ...outcome, user: person.user } : outcome;
    };
}

/** The cookie of a session under a new id, if the old id came in the cookie. */
export function renewedCookie(
  { sessions }: Pick<Services, 'sessions'>,
  cookies: Cookies,
  { request }: RequestContext,
  { id, session }: SignedIn,
  renewedId: string,
): ReplyHeaders {
  return cookieIds(request).includes(id) ? cookies.renew(renewedId, sessions.lastingOf(session)) : {};
}

/** Wraps answers for people who enrol a second factor: signed in, or with an enrolment session (ruling F6). */
export function forEnroller(services: Services) {
  return <Name extends string>(
    names: readonly Name[],
    answer: (
      person: Enroller,
      context: RequestContext,
      fields: Record<Name, string>,
    ) => Promise<Reply | AnyRefusal>,
  ): Route['answer'] =>
    async (context) => {
      const person = await enrollerOf(services, context);
      if (isRefusal(person)) return person;
      const fields = textFields(context.fields, names);
      const outcome = isRefusal(fields) ? fields : await answer(person, context, fields);
      return isRefusal(outcome) ? { ...outcome, user: person.user } : outcome;
    };
}

/**
 * The cookies after an enrolment, if the id came in the cookie: of the session under its new id, or of the first session of
 * a person who had to enrol.
 */
export function cookiesAfterEnrolment(services: Services, cookies: Cookies) {
  return (context: RequestContext, person: Enroller, { id, begun }: AfterEnrolment): ReplyHeaders => {
    if (begun) return cookieIds(context.request).includes(person.id) ? cookies.begin(begun) : {};
    return 'session' in person ? renewedCookie(services, cookies, context, person, id) : {};
  };
}

/** The person of a request who is signed in, or who has to enrol. */
export async function enrollerOf(services: Services, context: RequestContext): Promise<Enroller | NoSession> {
  const person = await identify(services, context);
  const id = sessionId(context.request);
  if (!isRefusal(person) || id === undefined || !services.factors.isRequired) return person;
  const { enrollingBy } = await import('../../usecases/factors/enrolment.ts');
  return (await enrollingBy(services, id, context.now)) ?? person;
}

async function identify(services: Services, context: RequestContext): Promise<SignedIn | NoSession> {
  const id = sessionId(context.request);
  if (id === undefined) return { refused: 'no_session' };
  const checked = await check(services, id, context.now);
  return isRefusal(checked) ? checked : { ...checked, id };
}
