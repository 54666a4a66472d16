/** Reads `Set-Cookie` as a browser does (RFC 6265, section 5.2). */

import type { Answer } from './client/exchange.ts';
import { Broken } from './verdicts.ts';

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
  throw new Broken('a Set-Cookie for "session_id"', lines ? lines.join(' | ') : 'no such Set-Cookie', answer);
}

/** Whether a browser removes the cookie when it reads this. */
export function isCleared({ attributes }: SetCookie, now: number): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expiresAt = Date.parse(attributes.get('expires') ?? '');
  return expiresAt <= now;
}

function read(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = halves(pair);
  return {
    name,
    value,
    attributes: new Map(rest.map(halves).map(([attribute, value]) => [attribute.toLowerCase(), value])),
  };
}

function halves(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
