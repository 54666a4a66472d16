/** Which sessions of a user end beyond a cap: a bounded look at both ends of the list by last use. */

import type { DatabaseSync } from 'node:sqlite';
import type { Cap } from '../../port/port.ts';

/** Sessions looked at from the oldest use on: behind that many dead ones that were not swept yet, none is found. */
const looked = 2_000;

/** The handles of the sessions to end, the one used least recently first; for a step of the writer. */
export type Beyond = (
  userId: string,
  at: number,
  cap: Omit<Cap, 'context'>,
  exceptHandle: string,
) => string[];

export function beyondIn(db: DatabaseSync): Beyond {
  const others = 'user_id = ? AND handle <> ?';
  const count = db.prepare(
    `SELECT count(*) AS live FROM (SELECT 1 FROM sessions WHERE ${others} AND idle_expires_at > ?
     ORDER BY last_seen_at DESC, handle DESC LIMIT ?)`,
  );
  const select = db.prepare(
    `SELECT handle FROM (SELECT handle, idle_expires_at FROM sessions WHERE ${others}
       ORDER BY last_seen_at, handle LIMIT ${looked})
     WHERE idle_expires_at > ? LIMIT ?`,
  );
  return (userId, at, { limit, step }, exceptHandle) => {
    const live = Number(count.get(userId, exceptHandle, at, limit + step)?.['live']);
    if (live <= limit) return [];
    const rows = select.all(userId, exceptHandle, at, live - limit);
    return rows.map(({ handle }) => String(handle));
  };
}
