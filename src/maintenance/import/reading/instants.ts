/** Reads the instants of other systems, in all the ways in which they write them. */

import { instantOf } from '../../../settings/time-zone.ts';

/** The first instant of the year 10000, in epoch milliseconds. */
const endMs = 253_402_300_800_000;

/** An instant in epoch milliseconds, or why there is none. */
export type ReadInstant =
  | { readonly at: number }
  | { readonly at?: undefined; readonly reason: string; readonly message: string };

/** A date, perhaps with a time, perhaps with an offset, perhaps with a zone (ISO 8601, RFC 3339, RFC 9557, PostgreSQL). */
const dateTime =
  /^([+-]?\d{4,6}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?))?\s?([Zz]|[+-]\d\d(?::?\d\d(?::\d\d)?)?)?((?:\[!?[\w=/+:-]+\])*)$/;

/**
 * Reads an instant of 1970 to 9999: a date-time, in UTC if it has no offset, or a number of seconds, milliseconds or
 * microseconds since 1970. Which unit a number has is known by its size: seconds below 100,000,000,000, which is the year 5138
 * in seconds and 1973 in milliseconds. A fraction of a millisecond is cut off.
 */
export function readInstant(value: string | number): ReadInstant {
  const text = String(value).trim();
  if (/^[+-]?\d+(?:\.\d+)?(?:e\+?\d+)?$/i.test(text)) return within(msOf(Number(text)));
  if (/^-?infinity$/i.test(text)) return outside(text.startsWith('-'));
  if (/ BC$/.test(text)) return outside(true);
  const [, date, time = '00:00', offset = 'Z', zone = ''] = dateTime.exec(text) ?? [];
  if (date === undefined) return unreadable;
  const year = Number(/^[+-]?\d+/.exec(date)?.[0]);
  if (year > 9_999 || year < 0) return outside(year < 0);
  const at = instantOf(`${date.replace('+00', '')}T${time.replace(',', '.')}${wholeOffset(offset)}${zone}`);
  return at === undefined ? unreadable : within(at);
}

const unreadable: ReadInstant = { reason: 'bad_instant', message: 'A date cannot be read.' };

function within(at: number): ReadInstant {
  if (at >= 0 && at < endMs) return { at: Math.floor(at) };
  return outside(at < 0);
}

function outside(isBefore: boolean): ReadInstant {
  return isBefore
    ? { reason: 'before_1970', message: 'A date is before 1970.' }
    : { reason: 'after_9999', message: 'A date is after the year 9999.' };
}

/** The milliseconds of a number in the unit that its size tells. */
function msOf(value: number): number {
  if (Math.abs(value) < 100_000_000_000) return value * 1_000;
  if (value <= endMs) return value;
  return value < endMs * 1_000 ? value / 1_000 : value;
}

/** PostgreSQL leaves out minutes of zero; seconds in an offset are older than 1970. */
function wholeOffset(offset: string): string {
  return offset.length === 3 ? `${offset}:00` : offset;
}
