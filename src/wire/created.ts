/** Writes instants: in a time zone for the `dotjson` contract (ruling D2), in UTC everywhere else (ruling B1). */

const { Temporal } = globalThis.Temporal ? globalThis : await import('temporal-polyfill');

/** An instant as `Temporal.ZonedDateTime` prints it: offset, zone in brackets, no trailing zeros in the fraction. */
export function zonedDateTime(epochMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone).toString();
}

/** RFC 3339 in UTC, with milliseconds. */
export function utc(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
