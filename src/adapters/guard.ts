/** What a guard answers a request that it does not let through. */

import { problem } from '../http/refusals/problem.ts';
import { prepared } from '../http/reply.ts';
import type { Session, User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';

/** The person who sent a request that a guard let through. */
export interface SignedIn {
  readonly user: User;
  readonly session: Session;
}

export interface GuardOptions {
  /**
   * The page where people sign in, a path or a URL; that of Gatehouse is `/sign-in`. A browser that asks for a page is sent
   * there, with the page it asked for in the query as `return_to`. Without it, and for everything that is no page, the answer
   * is 401.
   */
  readonly signIn?: string | undefined;
}

/** What a guard needs to know of a request. */
export interface GuardedRequest {
  readonly method: string;
  /** The request target, as the browser sent it. */
  readonly target: string;
  readonly accept: string | null | undefined;
}

export interface GuardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a request without a live session; `undefined` if it has one. */
export function guardAnswer(
  result: SessionResult,
  request: GuardedRequest,
  { signIn }: GuardOptions,
): GuardAnswer | undefined {
  if (result.status === 'live') return undefined;
  if (result.status === 'unknown')
    return answer(503, 'Temporarily unavailable, try again later', {
      'retry-after': String(result.retryAfterSeconds),
    });
  if (signIn !== undefined && asksForPage(request)) {
    const separator = signIn.includes('?') ? '&' : '?';
    const location = `${signIn}${separator}return_to=${encodeURIComponent(ownPath(request.target))}`;
    return { status: 303, headers: { location, ...uncached }, body: '' };
  }
  return answer(401, 'Not authenticated', { 'www-authenticate': 'Bearer' });
}

/** What depends on a session must not be given to the next person. */
const uncached = { 'cache-control': 'no-store' };

function answer(status: number, detail: string, headers: Readonly<Record<string, string>>): GuardAnswer {
  const { body, headers: own } = prepared(problem({ status, detail }));
  return { status, headers: { ...(own as Record<string, string>), ...headers, ...uncached }, body };
}

/** Whether a browser shows the answer to a person: scripts and other programs do not ask for HTML. */
function asksForPage({ method, accept }: GuardedRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (accept ?? '').includes('text/html');
}

/** A path on this site: `//host` and `/\host` lead to other ones. */
function ownPath(target: string): string {
  return /^\/(?![/\\])/.test(target) ? target : '/';
}
