/** Statements on the rows of the sessions of one user. */

import type { Session } from '../../port/port.ts';
import { hashes } from '../cluster/owners.ts';
import type { Run } from '../connection/transaction.ts';
import { hashAndSessionColumns, type KeptSession } from '../rows.ts';

/** A number of sessions of a user, but one, those used last first. */
export const usedLast = `user_id = $1 AND id_hash = ANY (ARRAY (
  SELECT id_hash FROM sessions WHERE user_id = $1 AND handle IS DISTINCT FROM $2
  ORDER BY last_seen_at DESC, handle DESC LIMIT $3))`;

/** Whether a user has as many sessions, but one, as end in one step. */
export async function hasMany(
  run: Run,
  userId: string,
  {
    exceptHandle = null,
    limit,
  }: { readonly exceptHandle?: string | null | undefined; readonly limit: number },
): Promise<boolean> {
  const { rows } = await run(
    'SELECT 1 FROM sessions WHERE user_id = $1 AND handle IS DISTINCT FROM $2 ORDER BY handle LIMIT $3',
    [userId, exceptHandle, limit],
  );
  return rows.length === limit;
}

/** Whether a user has a session of a handle. */
export async function isThere(run: Run, userId: string, handle: string): Promise<boolean> {
  const { rows } = await run('SELECT 1 FROM sessions WHERE user_id = $1 AND handle = $2', [userId, handle]);
  return rows.length > 0;
}

/** Writes the row of a new session. */
export async function insertSession(run: Run, idHash: string, session: Session): Promise<void> {
  const { userId, handle, contract, network, device } = session;
  const { createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt } = session;
  const instants = [createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt];
  await run(
    `INSERT INTO sessions (user_id, id_hash, handle, contract, network, device,
                           created_at, last_seen_at, idle_expires_at, expires_at, proven_at)
     VALUES ($1, decode($2, 'hex'), $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [userId, idHash, handle, contract, network, device, ...instants],
  );
}

/**
 * Removes sessions by the hashes of their ids, each under its owner, and returns their rows. First their users are held,
 * if there are several sessions, and then the sessions, both in one order: no two steps wait for each other.
 */
export async function removeEach(run: Run, ownersOf: ReadonlyMap<string, string>): Promise<KeptSession[]> {
  const userIds = [...ownersOf.values()];
  if (userIds.length > 1)
    await run('SELECT 1 FROM users WHERE id = ANY ($1::text[]) ORDER BY id FOR SHARE', [userIds]);
  const { rows } = await run<KeptSession>(
    `WITH held AS (
       SELECT user_id, id_hash FROM unnest($1::text[], $2::bytea[]) AS asked (user_id, id_hash)
       JOIN sessions USING (user_id, id_hash) ORDER BY id_hash FOR UPDATE OF sessions
     )
     DELETE FROM sessions USING held WHERE sessions.user_id = held.user_id AND sessions.id_hash = held.id_hash
     RETURNING ${hashAndSessionColumns}`,
    [userIds, hashes([...ownersOf.keys()])],
  );
  return rows;
}
