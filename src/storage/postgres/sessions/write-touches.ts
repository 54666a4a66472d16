/** Writes uses of sessions into their rows, in one statement. */

import { TouchBuffer } from '../../shared/touch-buffer.ts';
import { byteaArray } from '../connection/text.ts';
import type { Database } from '../connection/transaction.ts';

/** Uses written in one statement. */
const maxTouches = 1_000;

/** Skips locked rows: they are being ended or used. No step waits, and nothing deadlocks. */
const update = `WITH used AS (
    SELECT id_hash, seen, idle
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[]) AS noted (id_hash, seen, idle, unless_after)
    JOIN sessions USING (id_hash)
    WHERE last_seen_at <= unless_after
    FOR UPDATE OF sessions SKIP LOCKED
  )
  UPDATE sessions SET last_seen_at = used.seen, idle_expires_at = used.idle FROM used
  WHERE sessions.id_hash = used.id_hash`;

export function touchBufferIn(db: Database): TouchBuffer {
  return new TouchBuffer(maxTouches, async (batch) => {
    const touches = [...batch.values()];
    await db.step((run) =>
      run(update, [
        byteaArray([...batch.keys()]),
        touches.map(({ lastSeenAt }) => lastSeenAt),
        touches.map(({ idleExpiresAt }) => idleExpiresAt),
        touches.map(({ unlessAfter }) => unlessAfter),
      ]),
    );
  });
}
