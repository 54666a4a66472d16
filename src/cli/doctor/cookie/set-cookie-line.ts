/**
 * Parses a `Set-Cookie` line as a browser does (RFC 6265bis, section 5.6).
 *
 * The library parses only dates. For lines it is unsuitable: it drops invalid parts silently, takes a value without a name
 * for a name, and does not know `Partitioned`; the doctor must report all three.
 */

import { parseDate } from 'tough-cookie';

/** The parts of a line. Of a repeated attribute the last one counts. */
export interface CookieLine {
  readonly name: string;
  readonly value: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly partitioned: boolean;
  /** Without a leading dot, in lower case; `undefined` if missing or empty. */
  readonly domain: string | undefined;
  /** Unchanged; `undefined` if missing. */
  readonly path: string | undefined;
  /** Unchanged; `undefined` if missing. */
  readonly sameSite: string | undefined;
  /** The instant of expiry, in epoch milliseconds; `undefined` if missing or unreadable. */
  readonly expiresAt: number | undefined;
  /** Invalid and unknown attributes, which browsers ignore. */
  readonly ignored: readonly string[];
}

/** Longer values of attributes are ignored, in bytes. */
const maxAttributeLength = 1_024;

const known = ['expires', 'max-age', 'domain', 'path', 'secure', 'httponly', 'samesite', 'partitioned'];

/** Parses a line without its `Set-Cookie:`. */
export function readLine(line: string, now: number): CookieLine {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = splitPair(pair);
  const ignored: string[] = [];
  const attributes = new Map<string, string>();
  for (const text of rest) {
    const [written, argument] = splitAttribute(text);
    const key = written.toLowerCase();
    if (key === '' && argument === '') continue;
    if (!known.includes(key)) ignored.push(written);
    else if (Buffer.byteLength(argument) > maxAttributeLength) ignored.push(written);
    else attributes.set(key, argument);
  }
  const expiresAt = expiry(attributes, ignored, now);
  return {
    name,
    value,
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    partitioned: attributes.has('partitioned'),
    domain: attributes.get('domain')?.replace(/^\./, '').toLowerCase() || undefined,
    path: attributes.get('path'),
    sameSite: attributes.get('samesite'),
    expiresAt,
    ignored,
  };
}

/** A pair without `=` is a value without a name. */
function splitPair(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? ['', trim(pair)] : [trim(pair.slice(0, equals)), trim(pair.slice(equals + 1))];
}

/** An attribute without `=` is a name without a value. */
function splitAttribute(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [trim(text), ''] : [trim(text.slice(0, equals)), trim(text.slice(equals + 1))];
}

/** `Max-Age` takes precedence over `Expires`; an unreadable value counts as missing. */
function expiry(attributes: ReadonlyMap<string, string>, ignored: string[], now: number): number | undefined {
  const maxAge = attributes.get('max-age');
  const seconds = maxAge !== undefined && /^-?\d+$/.test(maxAge) ? Number(maxAge) : undefined;
  if (maxAge !== undefined && seconds === undefined) ignored.push('Max-Age');
  const date = attributes.get('expires');
  const at = date === undefined ? undefined : parseDate(date)?.getTime();
  if (date !== undefined && at === undefined) ignored.push('Expires');
  return seconds === undefined ? at : now + seconds * 1_000;
}

function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
