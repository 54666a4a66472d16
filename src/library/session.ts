/** The session of a request, for the application around Gatehouse. */

import type { CheckAnswer } from '../http/forward/cached-answer.ts';
import { headerOf, type NodeHeaders } from '../http/node-adapter.ts';
import type { Carriers } from '../http/request/session-id.ts';
import type { RequestCheck } from '../http/routes/session-check.ts';
import { peopleOf, type Session, type User } from './people.ts';

/**
 * Who sent a request.
 *
 * - `live`: `user` is signed in. Go on.
 * - `none`: the request has no live session. Ask the person to sign in (a page), or answer 401 (an API).
 * - `unknown`: the store does not answer, so nothing is known. Answer 503 with `Retry-After`, and leave the cookie as it
 *   is. Never take it for `none`: the person may well be signed in.
 */
export type SessionResult =
  | { readonly status: 'live'; readonly user: User; readonly session: Session }
  | { readonly status: 'none' }
  | { readonly status: 'unknown'; readonly retryAfterSeconds: number };

/** Headers of the Fetch standard, of any implementation. */
interface HeadersLike {
  get(name: string): string | null;
}

/** A `Request` or `Headers` of any implementation, or a request of `node:http`, Express, Connect and the like. */
export type SessionSource = HeadersLike | { readonly headers: HeadersLike } | NodeHeaders;

/** After the store failed, as in `Retry-After` of the session check. */
const retryAfterSeconds = 1;

const none: SessionResult = { status: 'none' };
const unknown: SessionResult = { status: 'unknown', retryAfterSeconds };

export type ReadSession = (source: SessionSource) => Promise<SessionResult>;

/** The verb of the library: `onError` is told of every error that is answered with `unknown`. */
export function sessionReader(
  check: RequestCheck,
  clock: () => number,
  onError: (error: unknown) => void,
): ReadSession {
  return async (source) => {
    const carriers = carriersOf(source);
    try {
      const answer = await check.answer(carriers, clock());
      if (answer === undefined) return none;
      return { status: 'live', ...peopleOf(JSON.parse(answer) as CheckAnswer) };
    } catch (error) {
      onError(error);
      return unknown;
    }
  };
}

/** @throws {TypeError} if it is none of the sources. */
function carriersOf(source: SessionSource): Carriers {
  const { get, headers, rawHeaders } = (source ?? {}) as Partial<HeadersLike & NodeHeaders>;
  // First, because a request of Express has a `get` of its own.
  if (headers && Array.isArray(rawHeaders))
    return { header: (name) => headerOf({ headers, rawHeaders }, name) };
  if (isHeaders(headers)) return { header: (name) => headers.get(name) };
  if (typeof get === 'function') return { header: (name) => (source as HeadersLike).get(name) };
  throw new TypeError(
    'session() takes a Request, its Headers, or a request of node:http. Pass what your framework handed you, unchanged.',
  );
}

function isHeaders(headers: unknown): headers is HeadersLike {
  return typeof (headers as Partial<HeadersLike> | undefined)?.get === 'function';
}
