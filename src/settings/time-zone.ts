/** Resolves time zones, and writes instants in them (ruling D2; RFC 9557). */

import { createRequire } from 'node:module';

/** Loaded only where it is missing, and without `await`: a program may load Gatehouse by `require()`. */
const { Temporal } = globalThis.Temporal
  ? globalThis
  : (createRequire(import.meta.url)('temporal-polyfill') as typeof import('temporal-polyfill'));

/** An instant as `Temporal.ZonedDateTime` prints it: offset, zone in brackets, no trailing zeros in the fraction. */
export function zonedDateTime(epochMs: number, timeZone: string): string {
  return inZone(epochMs, timeZone).toString();
}

/**
 * The instant of a date-time with an offset, as RFC 3339 and RFC 9557 write it, in epoch milliseconds; a fraction of one is
 * cut off. The offset counts, not the zone in brackets. `undefined` if it is none.
 */
export function instantOf(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

function inZone(epochMs: number, timeZone: string) {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}

/**
 * The zone of a name in any case, such as `Europe/Berlin`, or of an offset such as `+02:00`; `undefined` if `Temporal` does
 * not support it. `Intl` also knows zones, such as `PST`, that `Temporal` refuses.
 */
export function timeZone(text: string): string | undefined {
  // Temporal would also take a whole date for the zone in it.
  if (!/^(?:[a-z]|[+-]\d\d(?::?\d\d)?$)/i.test(text)) return undefined;
  try {
    const zoned = inZone(0, text);
    return zoned.toString() && zoned.timeZoneId;
  } catch {
    return undefined;
  }
}

/** The zone of a process. If `isKnown` is false, it was not found, and `zone` is UTC. */
export interface ProcessZone {
  readonly zone: string;
  readonly isKnown: boolean;
}

/**
 * The zone in `TZ`, or that of the machine if `TZ` is unset. `TZ` may have the colon of POSIX and the folder of the zone
 * files. Anything else is UTC: the runtime reads `GMT-3` with the wrong sign, uses the machine's zone for `CET-1CEST`, and
 * no zone for `Foo/Bar`.
 */
export function zoneOfProcess(tz = ''): ProcessZone {
  const [, name = ''] = /^:?(?:\/usr\/share\/zoneinfo\/)?(?:posix\/|right\/)?(.*)$/s.exec(tz.trim()) ?? [];
  const zone = tz.trim() === '' ? timeZone(zoneOfMachine()) : namedZone(name);
  return { zone: zone ?? 'UTC', isKnown: zone !== undefined };
}

/** Programs disagree on the sign of an offset in `TZ`, so only names are used. */
function namedZone(text: string): string | undefined {
  return /^[a-z]/i.test(text) ? timeZone(text) : undefined;
}

/** May be no zone, or no string, despite its type. `Intl` would load a locale first: 30 ms of every start. */
function zoneOfMachine(): string {
  return String(Temporal.Now.timeZoneId());
}
