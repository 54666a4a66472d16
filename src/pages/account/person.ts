/** Who a browser belongs to: pages know people by their cookie and nothing else. */

import type { AnyRefusal, RefusalName, Route } from '../../http/contract.ts';
import { accountTarget } from '../../http/forward/return-targets.ts';
import type { Reply } from '../../http/reply.ts';
import { cookieIds, presentedId } from '../../http/request/session-id.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { Awaitable } from '../../storage/port/awaitable.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { check } from '../../usecases/session-check.ts';
import { seeOther } from '../parts/form-page.ts';
import { type PageServices, type View, viewOf } from '../parts/view.ts';

/** The signed-in person, whom the store knows at this moment; `undefined` without a live session (ruling G14). */
export async function personOf(
  { services }: Pick<PageServices, 'services'>,
  { request, now }: RequestContext,
): Promise<SignedIn | undefined> {
  const id = presentedId([], cookieIds(request));
  if (id === undefined) return undefined;
  const checked = await check(services, id, now);
  return isRefusal(checked) ? undefined : { ...checked, id };
}

/** Refusals of an account that ended while its person sent a form: the session is dead, too. */
const ended: ReadonlySet<RefusalName> = new Set(['unknown_account', 'account_disabled', 'no_session']);

/**
 * The answer of a route for signed-in people. All others are sent to sign in, and come back to their account; a form that
 * they send, as from a page that was open when they signed out, gets a page that says so.
 */
export function forPerson(
  pages: PageServices,
  path: string,
  answer: (person: SignedIn, view: View, context: RequestContext) => Awaitable<Reply | AnyRefusal>,
): Route['answer'] {
  return async (context) => {
    const view = viewOf(pages, context.request, path);
    const person = await personOf(pages, context);
    if (!person) {
      return context.request.method === 'POST'
        ? { refused: 'no_session' }
        : seeOther(`${view.root}sign-in?return_to=${accountTarget}`);
    }
    const outcome = await answer(person, view, context);
    if (!isRefusal(outcome)) return outcome;
    const { user } = person;
    return ended.has(outcome.refused) ? { refused: 'no_session', user } : { ...outcome, user };
  };
}
