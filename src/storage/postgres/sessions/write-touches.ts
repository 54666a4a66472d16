/** Writes uses of sessions into their rows, in one statement. */

import { TouchBuffer } from '../../shared/touch-buffer.ts';
import { hashes, type Owners } from '../cluster/owners.ts';
import type { Database } from '../connection/transaction.ts';

/** Uses written in one statement. */
const maxTouches = 1_000;

/** A row that is locked just now is being ended or used: it is left alone, so that no step waits and nothing deadlocks. */
const update = `WITH used AS (
    SELECT user_id, id_hash, seen, idle
    FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[])
      AS noted (user_id, id_hash, seen, idle, unless_after)
    JOIN sessions USING (user_id, id_hash)
    WHERE last_seen_at <= unless_after
    FOR UPDATE OF sessions SKIP LOCKED
  )
  UPDATE sessions SET last_seen_at = used.seen, idle_expires_at = used.idle FROM used
  WHERE sessions.user_id = used.user_id AND sessions.id_hash = used.id_hash`;

export function touchBufferIn(db: Database, owners: Owners): TouchBuffer {
  return new TouchBuffer(maxTouches, async (batch) => {
    const ownersOf = await owners.find(db, [...batch.keys()]);
    if (ownersOf.size === 0) return;
    const touches = [...batch].filter(([idHash]) => ownersOf.has(idHash));
    await db.step((run) =>
      run(update, [
        touches.map(([idHash]) => ownersOf.get(idHash)),
        hashes(touches.map(([idHash]) => idHash)),
        touches.map(([, { lastSeenAt }]) => lastSeenAt),
        touches.map(([, { idleExpiresAt }]) => idleExpiresAt),
        touches.map(([, { unlessAfter }]) => unlessAfter),
      ]),
    );
  });
}
