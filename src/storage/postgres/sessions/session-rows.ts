/** Statements on the rows of sessions. */

import type { Cap, Session } from '../../port/port.ts';
import { byteaArray } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';
import { hashAndSessionColumns, type KeptSession } from '../rows.ts';

/**
 * At most `limit` sessions of a user except one, the most recently used first. By handle: an id that is being replaced
 * would not be found under the old one, and the session would survive.
 */
export const usedLast = `user_id = $1 AND handle = ANY (ARRAY (
  SELECT handle FROM sessions WHERE user_id = $1 AND handle IS DISTINCT FROM $2
  ORDER BY last_seen_at DESC, handle DESC LIMIT $3))`;

interface HowMany {
  readonly exceptHandle?: string | null | undefined;
  readonly limit: number;
}

/** Whether a user has at least `limit` sessions, not counting the excepted one. */
export async function hasMany(
  run: Run,
  userId: string,
  { exceptHandle = null, limit }: HowMany,
): Promise<boolean> {
  const { rows } = await run(
    'SELECT 1 FROM sessions WHERE user_id = $1 AND handle IS DISTINCT FROM $2 ORDER BY last_seen_at, handle LIMIT $3',
    [userId, exceptHandle, limit],
  );
  return rows.length === limit;
}

/** Whether a user has a session with a handle. */
export async function sessionExists(run: Run, userId: string, handle: string): Promise<boolean> {
  const { rows } = await run('SELECT 1 FROM sessions WHERE user_id = $1 AND handle = $2', [userId, handle]);
  return rows.length > 0;
}

export async function insertSession(run: Run, idHash: string, session: Session): Promise<void> {
  const { userId, handle, contract, network, device } = session;
  const { createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt } = session;
  const instants = [createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt];
  await run(
    `INSERT INTO sessions (id_hash, handle, user_id, contract, network, device,
                           created_at, last_seen_at, idle_expires_at, expires_at, proven_at)
     VALUES (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [idHash, handle, userId, contract, network, device, ...instants],
  );
}

/** Deletes the sessions that match a condition, and returns their rows. */
export async function deleteSessions(
  run: Run,
  condition: string,
  values: readonly unknown[],
): Promise<KeptSession[]> {
  const { rows } = await run<KeptSession>(
    `DELETE FROM sessions WHERE ${condition} RETURNING ${hashAndSessionColumns}`,
    values,
  );
  return rows;
}

/**
 * Deletes the sessions of a short list of ids, and returns their rows. With several ids it first locks their users, then
 * the sessions, both in one order, so that no two steps wait for each other.
 */
export async function deleteEach(run: Run, idHashes: readonly string[]): Promise<KeptSession[]> {
  const ids = byteaArray(idHashes);
  const which = 'id_hash = ANY ($1::bytea[])';
  if (idHashes.length > 1) {
    await run(
      `SELECT 1 FROM users WHERE id IN (SELECT user_id FROM sessions WHERE ${which}) ORDER BY id FOR SHARE`,
      [ids],
    );
    await run(`SELECT 1 FROM sessions WHERE ${which} ORDER BY id_hash FOR UPDATE`, [ids]);
  }
  return deleteSessions(run, which, [ids]);
}

/** Sessions read from the oldest use on: behind more unswept dead ones, none is found. */
const looked = 2_000;

/** The user whose sessions count, the instant at which they must be alive, and the excepted session. */
export interface Beyond extends Omit<Cap, 'context'> {
  readonly userId: string;
  readonly at: number;
  readonly exceptHandle: string;
}

const others = 'user_id = $1 AND handle <> $2';

/**
 * The handles of sessions beyond a cap, the least recently used first, from a bounded read of both ends of the list by last
 * use; the step must have locked the user.
 */
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
