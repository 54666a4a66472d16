/** Writes instants with their time zone (RFC 9557), as the `dotjson` contract shows them (ruling D2). */

const { Temporal } = globalThis.Temporal ? globalThis : await import('temporal-polyfill');

/** An instant as `Temporal.ZonedDateTime` prints it: offset, zone in brackets, no trailing zeros in the fraction. */
export function zonedDateTime(epochMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone).toString();
}
