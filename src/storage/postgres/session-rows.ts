/** Statements on the rows of the sessions of one user. */

import type { Session } from '../port.ts';
import type { Run } from './step.ts';

/** A number of sessions of a user, but one, those used last first. */
export const usedLast = `user_id = $1 AND id_hash IN (
  SELECT id_hash FROM sessions WHERE user_id = $1 AND handle IS DISTINCT FROM $2
  ORDER BY last_seen_at DESC, handle DESC LIMIT $3)`;

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
