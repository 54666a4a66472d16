/** What follows a sign-in on a page: the cookies of the session, and the way on. */

import type { Lasting } from '../../concepts/sessions/sessions.ts';
import type { Reply } from '../../http/reply.ts';
import type { BegunOnDevice } from '../../usecases/login.ts';
import { type FormState, seeOther } from '../parts/form-page.ts';
import type { PageServices, View } from '../parts/view.ts';

/** A session that was not to be kept ends with the browser (ruling L4). */
export function lastingOf({ isRemembered }: FormState): Lasting {
  return isRemembered ? 'lifetime' : 'browser';
}

export function signedIn(
  { cookies, targets }: PageServices,
  begun: BegunOnDevice,
  { root }: View,
  { returnTo }: FormState,
): Reply {
  return seeOther(targets.location(returnTo, root), cookies.begin(begun));
}

/** The query that takes the target along to another page. */
export function withTarget({ targets }: PageServices, path: string, returnTo: string | undefined): string {
  const accepted = targets.accepted(returnTo);
  return accepted === undefined ? path : `${path}?return_to=${encodeURIComponent(accepted)}`;
}
