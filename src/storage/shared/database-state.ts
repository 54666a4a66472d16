/** Whether a database may be used, and copied, by what it says of itself since rows were moved into it or from it. */

import { type Closed, type DatabaseState, StoreUnusable } from '../port/port.ts';

/** The state of a database that rows were never moved into or from. */
export const untouched: DatabaseState = { copying: null, note: null, moved: null };

/** @throws {StoreUnusable} if copying into a database was not finished, so that rows cannot be moved from it. */
export function assertCopied({ copying }: Closed): void {
  const because = closedBecause({ copying, moved: null });
  if (because !== undefined) throw new StoreUnusable(because);
}

/** Why no server may use a database, and what to do about it; `undefined` if it may. */
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
