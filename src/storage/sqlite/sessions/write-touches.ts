/** Writes many uses of sessions in one step. */

import type { DatabaseSync } from 'node:sqlite';
import { TouchBuffer } from '../../shared/touch-buffer.ts';
import type { Writer } from '../connection/writer.ts';

/** Uses written in one step, short enough that requests run in between. */
const maxTouches = 100;

export function touchBufferIn(db: DatabaseSync, writer: Writer): TouchBuffer {
  const update = db.prepare(
    'UPDATE sessions SET last_seen_at = ?, idle_expires_at = ? WHERE id_hash = unhex(?) AND last_seen_at <= ?',
  );
  return new TouchBuffer(maxTouches, (batch) =>
    writer.write(() => {
      for (const [idHash, { lastSeenAt, idleExpiresAt, unlessAfter }] of batch) {
        update.run(lastSeenAt, idleExpiresAt, idHash, unlessAfter);
      }
    }),
  );
}
