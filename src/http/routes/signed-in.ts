/** Who a request is from, for the routes of a signed-in person. */

import type { NoSession } from '../../concepts/sessions/sessions.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import { check } from '../../usecases/session-check.ts';
import type { AnyRefusal, RefusalName, Reply, RequestFault, Unasked, Words } from '../contract.ts';
import { problemFor } from '../refusals/problem.ts';
import { faultWords, siteWords } from '../refusals/refusal-words.ts';
import { bearerIds, cookieIds, headerIds, presentedId } from '../request/session-id.ts';
import type { RequestContext } from '../request-context.ts';

/** Refuses in problem details, in the words of a table; 401 names the scheme that would be accepted (RFC 9110, section 11.6.1). */
export function refuseIn(words: Readonly<Record<RefusalName, Words>>) {
  const say = problemFor(words);
  return (refused: AnyRefusal): Reply => {
    const reply = say(refused);
    return reply.status === 401
      ? { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer' } }
      : reply;
  };
}

export const refuse = refuseIn(siteWords);

/** The one session id a request presents in `X-Session-Id`, `Authorization: Bearer` or the cookie (ruling B1). */
export function sessionId({ request }: RequestContext): string | undefined {
  return presentedId([headerIds(request), bearerIds(request)], cookieIds(request));
}

/**
 * Answers for the signed-in person a request is from, or refuses it. What a use case refuses it has reported; a request
 * without a live session, and one that lacks what its route needs, are returned to be reported.
 */
export async function asSignedIn(
  services: Services,
  context: RequestContext,
  answer: (signedIn: SignedIn) => Promise<Reply | AnyRefusal>,
): Promise<Reply | Unasked> {
  const signedIn = await identify(services, context);
  if (isRefusal(signedIn)) return signedIn;
  const outcome = await answer(signedIn);
  if (!isRefusal(outcome)) return outcome;
  return isFault(outcome) ? { ...outcome, user: signedIn.user } : refuse(outcome);
}

function isFault(refused: AnyRefusal): refused is RequestFault {
  return Object.hasOwn(faultWords, refused.refused);
}

async function identify(services: Services, context: RequestContext): Promise<SignedIn | NoSession> {
  const id = sessionId(context);
  if (id === undefined) return { refused: 'no_session' };
  // What is seen and done here is worth a look into the store: the session may have ended on another node just now.
  const checked = await check(services, id, context.now, 'current');
  return isRefusal(checked) ? checked : { ...checked, id };
}
