/** Resolves time zones, and writes instants in them (ruling D2; RFC 9557). */

const { Temporal } = globalThis.Temporal ? globalThis : await import('temporal-polyfill');

/** An instant as `Temporal.ZonedDateTime` prints it: offset, zone in brackets, no trailing zeros in the fraction. */
export function zonedDateTime(epochMs: number, timeZone: string): string {
  return inZone(epochMs, timeZone).toString();
}

function inZone(epochMs: number, timeZone: string) {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}

/**
 * The zone of a name in any case, such as `Europe/Berlin`, or of an offset such as `+02:00`; `undefined` if instants
 * cannot be written in it. `Intl` is not asked: it knows zones, such as `PST`, that `Temporal` refuses.
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

/** The zone of a process. If `isKnown` is false, it could not be found, and UTC takes its place. */
export interface ProcessZone {
  readonly zone: string;
  readonly isKnown: boolean;
}

/**
 * The zone that `TZ` names, or that of the machine where `TZ` is not set. `TZ` may carry the colon of POSIX and the
 * folder of the zone files. Anything else is UTC: the runtime reads `GMT-3` with the wrong sign, takes the machine's
 * zone for `CET-1CEST`, and knows no zone at all for `Foo/Bar`.
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

/** Not always a zone, and not always a text, in spite of its type. `Intl` would load a locale first: 30 ms of every start. */
function zoneOfMachine(): string {
  return String(Temporal.Now.timeZoneId());
}
