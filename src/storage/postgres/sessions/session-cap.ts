/** Which sessions of a user end beyond a cap: a bounded look at both ends of the list by last use. */

import type { Cap } from '../../port/port.ts';
import type { Run } from '../connection/transaction.ts';

/** Sessions looked at from the oldest use on: behind that many dead ones that were not swept yet, none is found. */
const looked = 2_000;

/** Whose sessions, which are alive at `at`, and which one does not count. */
export interface Beyond extends Omit<Cap, 'context'> {
  readonly userId: string;
  readonly at: number;
  readonly exceptHandle: string;
}

const others = 'user_id = $1 AND handle <> $2';

/** The handles of the sessions to end, the one used least recently first; for a step that holds the user. */
export async function handlesBeyond(
  run: Run,
  { userId, exceptHandle, at, limit, step }: Beyond,
): Promise<string[]> {
  const { rows: counted } = await run<{ live: number }>(
    `SELECT count(*) AS live FROM (SELECT 1 FROM sessions WHERE ${others} AND idle_expires_at > $3
       ORDER BY last_seen_at DESC, handle DESC LIMIT $4) AS newest`,
    [userId, exceptHandle, at, limit + step],
  );
  const live = counted[0]?.live ?? 0;
  if (live <= limit) return [];
  const { rows } = await run<{ handle: string }>(
    `SELECT handle FROM (SELECT handle, idle_expires_at FROM sessions WHERE ${others}
       ORDER BY last_seen_at, handle LIMIT ${looked}) AS oldest
     WHERE idle_expires_at > $3 LIMIT $4`,
    [userId, exceptHandle, at, live - limit],
  );
  return rows.map(({ handle }) => handle);
}
