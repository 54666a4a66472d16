/** Reads `Set-Cookie` as a browser does (RFC 6265, section 5.2). */

import type { Answer } from './client/exchange.ts';
import { Failure } from './verdicts.ts';

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** By lower-case name; of an attribute that is there twice the last one counts. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** The cookie of a name that an answer sets; of two the last one counts. */
export function cookieOf({ headers }: Answer, name: string): SetCookie | undefined {
  return headers['set-cookie']?.map(read).findLast((cookie) => cookie.name === name);
}

/** The session cookie that an answer has to set. */
export function sessionCookie(answer: Answer): SetCookie {
  const cookie = cookieOf(answer, 'session_id');
  if (cookie) return cookie;
  const lines = answer.headers['set-cookie'];
  throw new Failure(
    'a Set-Cookie for "session_id"',
    lines ? lines.join(' | ') : 'no such Set-Cookie',
    answer,
  );
}

/**
 * The cookie, that of the session if none is given, has an attribute; with `value`, it is this one, in capitals or not.
 */
export function expectAttribute(
  answer: Answer,
  name: string,
  value?: string,
  cookie = sessionCookie(answer),
): void {
  const got = cookie.attributes.get(name.toLowerCase());
  if (got !== undefined && (value === undefined || got.toLowerCase() === value.toLowerCase())) return;
  const shown = (text = '') => (text === '' ? name : `${name}=${text}`);
  throw new Failure(
    `the cookie ${cookie.name} with ${shown(value)}`,
    got === undefined ? `no ${name}` : shown(got),
    answer,
  );
}

export function expectNoDomain(answer: Answer, { name, attributes }: SetCookie): void {
  const domain = attributes.get('domain');
  if (domain !== undefined)
    throw new Failure(`the cookie ${name} without Domain`, `Domain=${domain}`, answer);
}

/** The cookie has the value of the session id in the body. */
export function expectCookieOf(answer: Answer, id: string | undefined): void {
  const { value } = sessionCookie(answer);
  if (value !== id) throw new Failure(`a cookie with the value ${id}`, value, answer);
}

export function expectCleared(answer: Answer, now: number): void {
  if (!isCleared(sessionCookie(answer), now))
    throw new Failure('a Set-Cookie that removes "session_id"', String(answer.headers['set-cookie']), answer);
}

/** Whether a browser removes the cookie when it reads this. */
function isCleared({ attributes }: SetCookie, now: number): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expiresAt = Date.parse(attributes.get('expires') ?? '');
  return expiresAt <= now;
}

function read(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = splitPair(pair);
  return {
    name,
    value,
    attributes: new Map(rest.map(splitPair).map(([attribute, value]) => [attribute.toLowerCase(), value])),
  };
}

function splitPair(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
