/** Finds the session id a request presents (ruling G14), and writes the cookie that carries one (ruling R3). */

export const cookieName = 'session_id';

/**
 * The one session id a request presents in its explicit carriers, or else in its cookie. `undefined` if there is
 * none, and also if the carriers that count disagree: whoever cannot tell which id is meant must not choose one.
 */
export function presentedId(explicit: readonly string[], cookies: readonly string[]): string | undefined {
  const ids = new Set(explicit.length > 0 ? explicit : cookies);
  const [id] = ids;
  return ids.size === 1 ? id : undefined;
}

/** The values of all cookies of the session's name (RFC 6265, section 5.4). */
export function cookieIds(request: Request): string[] {
  const header = request.headers.get('cookie');
  if (header === null) return [];
  const ids: string[] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (pair.slice(0, equals).trim() === cookieName) ids.push(pair.slice(equals + 1).trim());
  }
  return ids;
}

/** The values of `X-Session-Id`; a repeated header arrives as one value with commas. */
export function headerIds(request: Request): string[] {
  const header = request.headers.get('x-session-id');
  return header === null ? [] : header.split(',').map((id) => id.trim());
}

/** The value of `Authorization: Bearer` (RFC 6750, section 2.1). */
export function bearerIds(request: Request): string[] {
  const [, id] = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  return id === undefined ? [] : [id];
}

/** The values of `?s=`. */
export function queryIds(query: string): string[] {
  return new URLSearchParams(query).getAll('s');
}

/** Writes and clears the cookie. */
export interface SessionCookie {
  set(id: string): Readonly<Record<string, string>>;
  clear(): Readonly<Record<string, string>>;
}

/** The cookie with the attributes of ruling R3; `secure` is false in debug mode only. */
export function sessionCookie(secure: boolean, lifetimeSeconds: number): SessionCookie {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    set: (id) => ({ 'set-cookie': `${cookieName}=${id}; Max-Age=${lifetimeSeconds}; ${attributes}` }),
    clear: () => ({ 'set-cookie': `${cookieName}=; Max-Age=0; ${attributes}` }),
  };
}
