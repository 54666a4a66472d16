/** The queries of lists that come in pages. */

import type { SessionQuery } from '../../storage/port/port.ts';

/** The position where a page of sessions begins. */
type Cursor = NonNullable<SessionQuery['before']>;

/** A cursor is written as an instant and a handle. */
export function cursorText({ lastSeenAt, handle }: Cursor): string {
  return `${lastSeenAt}-${handle}`;
}

/** The cursor in a query; `undefined` for the first page, `null` for a malformed query. */
export function readCursor(query: string): Cursor | undefined | null {
  if (query === '') return undefined;
  const [, lastSeenAt, handle] = /^before=(\d{1,15})-([a-z0-9]{1,64})$/.exec(query) ?? [];
  return lastSeenAt === undefined || handle === undefined ? null : { lastSeenAt: Number(lastSeenAt), handle };
}

/** The sequence number that a page of the audit ends before; `undefined` for the first page, `null` for a malformed query. */
export function readBefore(query: string): number | undefined | null {
  if (query === '') return undefined;
  const [, before] = /^before=(\d{1,15})$/.exec(query) ?? [];
  return before === undefined ? null : Number(before);
}
