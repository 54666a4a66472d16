/** Finds the session id a request presents (ruling G14). */

import type { IncomingRequest } from '../exchange.ts';

/** The headers of a request, which carry ids. */
export type Carriers = Pick<IncomingRequest, 'header'>;

/** The name of the session cookie. */
export const cookieName = 'session_id';

/** The shape of every session id of this server, including migrated ones. */
export const idShape = /^[a-zA-Z0-9-]{15,36}$/;

/**
 * The one session id in the explicit carriers of a request, each given as its values, or else in its cookie. `undefined` if
 * there is none, if an explicit carrier is repeated, and if the carriers that count disagree: the server must not guess
 * which id is meant.
 */
export function presentedId(
  explicit: readonly (readonly string[])[],
  cookies: readonly string[],
): string | undefined {
  // The common case.
  if (cookies.length === 1 && explicit.every((values) => values.length === 0)) return cookies[0];
  const ids = new Set<string>();
  for (const values of explicit) {
    if (values.length > 1) return undefined;
    for (const id of values) ids.add(id);
  }
  if (ids.size === 0) for (const id of cookies) ids.add(id);
  const [id] = ids;
  return ids.size === 1 ? id : undefined;
}

/** Session ids that are read from one request (ruling B5). */
export const maxIds = 8;

/** The distinct values that have the shape of an id; `undefined` if there are more than `maxIds`. */
export function distinctIds(values: readonly string[]): string[] | undefined {
  const ids = new Set<string>();
  for (const value of values) if (idShape.test(value)) ids.add(value);
  return ids.size > maxIds ? undefined : [...ids];
}

/** The values of all cookies of the session's name (RFC 6265, section 5.4). */
export function cookieIds(request: Carriers): string[] {
  return cookieValues(request, cookieName);
}

/** The values of all cookies of a name, in the order of the header. */
export function cookieValues(request: Carriers, name: string): string[] {
  const header = request.header('cookie');
  if (header === null) return [];
  const values: string[] = [];
  // Scanned rather than `split`, which would allocate an array and its strings on every request.
  for (let start = 0, end = 0; end < header.length; start = end + 1) {
    end = header.indexOf(';', start);
    if (end < 0) end = header.length;
    const equals = header.indexOf('=', start);
    if (equals > start && equals < end && header.slice(start, equals).trim() === name)
      values.push(header.slice(equals + 1, end).trim());
  }
  return values;
}

/** The one session id a request presents in `X-Session-Id`, `Authorization: Bearer` or the cookie (ruling B1). */
export function sessionId(request: Carriers): string | undefined {
  return presentedId([headerIds(request), bearerIds(request)], cookieIds(request));
}

/** The values of `X-Session-Id`; a repeated header arrives as one value with commas. */
export function headerIds(request: Carriers): string[] {
  const header = request.header('x-session-id');
  return header === null ? [] : header.split(',').map((id) => id.trim());
}

/**
 * The value of `Authorization: Bearer` (RFC 6750, section 2.1), even if empty or no id; other schemes are ignored. A
 * repeated header arrives as one value with commas, which no id has.
 */
export function bearerIds(request: Carriers): string[] {
  const header = request.header('authorization');
  if (header === null) return [];
  const bearer = /^bearer(?:[\s,](.*))?$/i.exec(header);
  return bearer ? [(bearer[1] ?? '').trim()] : [];
}
