/** The person whom a guard found, as the request of a framework carries it. */

import type { User } from '../library/people.ts';
import type { SignedIn } from './guard.ts';

/** @throws {TypeError} if there is no guard in front of the route. */
export function guardedUser({ auth }: { readonly auth?: SignedIn | null }): User {
  if (auth) return auth.user;
  throw new TypeError(
    'This route has no guard of Gatehouse: put `required` or `guard()` in front of its handler.',
  );
}
