/** Finds the session id a request presents (ruling G14), and writes the cookie that carries one (ruling R3). */

import type { IncomingRequest } from '../exchange.ts';

export const cookieName = 'session_id';

/** What the JavaScript client of `dotjson` calls its cookie (ruling D7). */
const clientCookieName = 'session';

/** The shape of every id that this server, or one that its sessions came from, has given out. */
const idShape = /^[a-zA-Z0-9-]{15,36}$/;

/**
 * The cookie of the device: of no use as a credential, it only tells an owner's browser from a stranger's. Another host
 * of the same domain cannot set a cookie whose name begins with `__Host-` (RFC 6265bis, section 4.1.3.2), so it cannot
 * take the owner's protection away. The prefix needs `Secure`, which is missing in debug mode.
 */
function deviceCookieName(secure: boolean): string {
  return secure ? '__Host-gatehouse_device' : 'gatehouse_device';
}

/** Device ids read from one cookie, as many as the server puts into one; and from all of them together. */
const maxIdsInCookie = 4;
const maxDeviceIds = 8;

/**
 * The one session id a request presents in its explicit carriers, each given by its values, or else in its cookie.
 * `undefined` if there is none, if an explicit carrier is repeated, and if the carriers that count disagree: a
 * server that cannot tell which id is meant must not choose one.
 */
export function presentedId(
  explicit: readonly (readonly string[])[],
  cookies: readonly string[],
): string | undefined {
  // As nearly every request has it.
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

/** The most session ids that are taken from one request (ruling B5). */
export const maxIds = 8;

/** Those of some values that are shaped like an id, each once; `undefined` if they are more than a request may have. */
export function distinctIds(values: readonly string[]): string[] | undefined {
  const ids = new Set<string>();
  for (const value of values) if (idShape.test(value)) ids.add(value);
  return ids.size > maxIds ? undefined : [...ids];
}

/** The values of all cookies of the session's name (RFC 6265, section 5.4). */
export function cookieIds(request: IncomingRequest): string[] {
  return cookieValues(request, cookieName);
}

/** The values of the cookies of the `dotjson` client that can be ids: other applications use the name as well. */
export function clientCookieIds(request: IncomingRequest): string[] {
  return cookieValues(request, clientCookieName).filter((value) => idShape.test(value));
}

/**
 * The different device ids a browser carries, at most eight. Every cookie of the name is read, the first id of each
 * before the second of any, so that one that was planted beside the real one hides none of its ids.
 */
export function deviceIds(request: IncomingRequest, secure: boolean): string[] {
  const carried = cookieValues(request, deviceCookieName(secure)).map((value) =>
    value.split('.', maxIdsInCookie).filter((id) => /^[a-z0-9]{26}$/.test(id)),
  );
  const ids = new Set<string>();
  for (let place = 0; place < maxIdsInCookie; place += 1) {
    for (const { [place]: id } of carried) {
      if (id !== undefined) ids.add(id);
      if (ids.size === maxDeviceIds) return [...ids];
    }
  }
  return [...ids];
}

function cookieValues(request: IncomingRequest, name: string): string[] {
  const header = request.header('cookie');
  if (header === null) return [];
  const values: string[] = [];
  // Pair by pair rather than with `split`, which makes an array and as many texts on every request.
  for (let start = 0, end = 0; end < header.length; start = end + 1) {
    end = header.indexOf(';', start);
    if (end < 0) end = header.length;
    const equals = header.indexOf('=', start);
    if (equals > start && equals < end && header.slice(start, equals).trim() === name)
      values.push(header.slice(equals + 1, end).trim());
  }
  return values;
}

/** The values of `X-Session-Id`; a repeated header arrives as one value with commas. */
export function headerIds(request: IncomingRequest): string[] {
  const header = request.header('x-session-id');
  return header === null ? [] : header.split(',').map((id) => id.trim());
}

/**
 * What follows `Authorization: Bearer` (RFC 6750, section 2.1), be it empty or no id; other schemes are not ours. A
 * repeated header arrives as one value with commas, which no id has.
 */
export function bearerIds(request: IncomingRequest): string[] {
  const header = request.header('authorization');
  if (header === null) return [];
  const bearer = /^bearer(?:[\s,](.*))?$/i.exec(header);
  return bearer ? [(bearer[1] ?? '').trim()] : [];
}

/** The values of `?s=`. */
export function queryIds(query: string): string[] {
  return new URLSearchParams(query).getAll('s');
}

const deviceSeconds = 365 * 86_400;

/** Writes and clears the cookie. */
export interface SessionCookie {
  set(id: string): Readonly<Record<string, string>>;
  clear(): Readonly<Record<string, string>>;
  /** The line that makes a browser carry the ids of its device, for a year. */
  device(ids: readonly string[]): string;
}

/** The cookies with the attributes of ruling R3; `secure` is false in debug mode only. */
export function sessionCookie(secure: boolean, lifetimeSeconds: number): SessionCookie {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    set: (id) => ({ 'set-cookie': `${cookieName}=${id}; Max-Age=${lifetimeSeconds}; ${attributes}` }),
    clear: () => ({ 'set-cookie': `${cookieName}=; Max-Age=0; ${attributes}` }),
    device: (ids) => `${deviceCookieName(secure)}=${ids.join('.')}; Max-Age=${deviceSeconds}; ${attributes}`,
  };
}
