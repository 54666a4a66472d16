/** Parses values in the notation of the environment; `undefined` means that a value is unusable. */

import { isPostgresUrl, readPostgresUrl } from './database/postgres-url.ts';

/** Failures allowed per window, written as `10/15m` (ruling G16). */
export interface Rate {
  /** Attempts that fit into one window. */
  readonly limit: number;
  /** Length of the window, in milliseconds. */
  readonly windowMs: number;
}

const day = 86_400;

/** A whole number in decimal digits, from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number) {
  return (text: string): number | undefined => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum ? value : undefined;
  };
}

/** A whole number within bounds, with its description. */
export function count(minimum: number, maximum: number, unit = '') {
  const read = wholeNumber(minimum, maximum);
  return { expects: `a whole number ${unit && `of ${unit} `}from ${minimum} to ${maximum}`, read };
}

/** The same, or `null` for an empty text. */
export function orUnset<Value>(read: (text: string) => Value | undefined) {
  return (text: string): Value | null | undefined => (text === '' ? null : read(text));
}

/** A host name or an IP address. */
export function hostName(text: string): string | undefined {
  return /^[\w.:-]+$/.test(text) ? text : undefined;
}

/** One of some words, with its description. */
export function choice<const Word extends string>(...words: readonly Word[]) {
  return choiceOf(words);
}

/** The same for a list of words. */
export function choiceOf<Word extends string>(words: readonly Word[]) {
  const quoted = words.map((word) => `\`${word}\``);
  const read = (text: string): Word | undefined => words.find((word) => word === text);
  return { expects: `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, read };
}

/** The value of a word. */
export function oneOf<Value>(words: Readonly<Record<string, Value>>) {
  return (text: string): Value | undefined => (Object.hasOwn(words, text) ? words[text] : undefined);
}

/** A list separated by commas. Blanks around items and empty items are ignored. */
export function listOf<Item>(read: (text: string) => Item | undefined) {
  return (text: string): readonly Item[] | undefined => {
    const written = text.split(',').map((item) => item.trim());
    const items = written.filter((item) => item !== '').map(read);
    return items.includes(undefined) ? undefined : (items as Item[]);
  };
}

/** The hints about the items of such a list, in one text. */
export function hintsOf(hint: (item: string) => string) {
  return (text: string): string =>
    text
      .split(',')
      .map((item) => hint(item.trim()))
      .filter((sentence) => sentence !== '')
      .join(' ');
}

/** A list of at least one value, none of them twice. */
export function distinct<Item>(read: (text: string) => Item | undefined) {
  const readAll = listOf(read);
  return (text: string): readonly Item[] | undefined => {
    const items = readAll(text);
    return items && items.length > 0 && new Set(items).size === items.length ? items : undefined;
  };
}

/** The longest base path, in characters. */
const maxBasePath = 200;

/** A base path without a slash at its end; empty for the root. */
export function basePath(text: string): string | undefined {
  const path = text.replace(/\/$/, '');
  const isPath = path.length <= maxBasePath && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*$/.test(path);
  return isPath ? path : undefined;
}

/** A rate such as `10/15m`: from 1 to 1,000,000 in a window of one second to 30 days. */
export function rate(text: string): Rate | undefined {
  const [, count, length, unit] = /^(\d{1,7})\/(\d{1,7})([smhd])$/.exec(text) ?? [];
  if (!count || !length || !unit) return undefined;
  const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: day };
  const limit = Number(count);
  const windowSeconds = Number(length) * (secondsOf[unit] ?? 0);
  const usable = limit >= 1 && limit <= 1_000_000 && windowSeconds >= 1 && windowSeconds <= 30 * day;
  return usable ? { limit, windowMs: windowSeconds * 1_000 } : undefined;
}

/** The sender or recipient of a mail. */
export interface Mailbox {
  /** Empty if only the address is known. */
  readonly name: string;
  readonly address: string;
}

/** An address, or a name and an address in angle brackets. It cannot start another header or address. */
export function mailbox(text: string): Mailbox | undefined {
  const [, name = '', inBrackets, bare] = /^(?:([^<>"\\,;:@\p{C}]*)<([^<>]+)>|([^<>]+))$/u.exec(text) ?? [];
  const address = inBrackets ?? bare;
  if (!address || address.length > 254 || !/^[\w!#$%&'*+/=?^`{|}~.-]+@[a-zA-Z0-9.-]+$/.test(address))
    return undefined;
  return { name: name.trim(), address };
}

/** A link in a mail is one line of at most 998 characters, unless it is encoded; this is the part for the public URL. */
const maxUrlCharacters = 900;

/** A URL that paths can be appended to, without the slash at its end; an empty text stays empty. */
export function serviceUrl(text: string): string | undefined {
  if (text === '') return '';
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || !URL.canParse(text)) return undefined;
  const { username, password, href } = new URL(text);
  const base = href.replace(/\/+$/, '');
  return username || password || base.length > maxUrlCharacters ? undefined : base;
}

/** The URL of a mail server; an empty text stays empty. Its query may be `?tls=off` on `smtp:`, and nothing else. */
export function smtpUrl(text: string): string | undefined {
  if (text === '') return '';
  if (!/^smtps?:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, search, hash } = new URL(text);
  const isQueryKnown = search === '' || (protocol === 'smtp:' && search === '?tls=off');
  return hostname !== '' && hash === '' && isQueryKnown ? text : undefined;
}

/** The address of a PostgreSQL database, unchanged. */
export function postgresUrl(text: string): string | undefined {
  return isPostgresUrl(text) && !('problem' in readPostgresUrl(text)) ? text : undefined;
}
