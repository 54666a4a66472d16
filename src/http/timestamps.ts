/** Writes instants in UTC (ruling B1); the `dotjson` contract alone writes them in a time zone. */

/** RFC 3339 in UTC, with milliseconds. */
export function utc(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
