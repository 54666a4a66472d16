/** Decides from the marks in a database whether servers may use it, and whether it may be copied. */

import { type Closed, type DatabaseState, StoreUnusable } from '../port/port.ts';

/** The state of a database without any move. */
export const untouched: DatabaseState = { copying: null, note: null, moved: null };

/** @throws {StoreUnusable} if a copy into the database is unfinished, so that its rows cannot be moved. */
export function assertCopied({ copying }: Closed): void {
  const because = closedBecause({ copying, moved: null });
  if (because !== undefined) throw new StoreUnusable(because);
}

/** The reason why no server may use a database, with advice; `undefined` if servers may. */
export function closedBecause({ copying, moved }: Closed): string | undefined {
  if (copying !== null) {
    return (
      `Copying from ${copying} into the database was not finished. ` +
      'Run the same `gatehouse migrate` again.'
    );
  }
  if (moved === null) return undefined;
  return (
    `The database was moved to ${moved.to} at ${new Date(moved.at).toISOString()}, and a logout since is only known there. ` +
    'Point DATABASE_URL there; docs/migrating.md says how to go back.'
  );
}
