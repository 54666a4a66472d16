/** Uses of sessions: gathered for a moment and written together. */

import type { DatabaseSync } from 'node:sqlite';
import type { Writer } from '../connection/writer.ts';

/** How long uses are gathered before they are written. */
const gatherMs = 100;

/** Uses written in one step: between two of them others have their turn. */
const maxTogether = 100;

interface Touch {
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
  /** Not written if a later use than this was written already. */
  readonly unlessAfter: number;
}

export interface TouchBuffer {
  note(idHash: string, touch: Touch): void;
  /** What was noted for one id counts for the one that took its place. */
  move(idHash: string, newIdHash: string): void;
  writeBack(): Promise<void>;
}

/** `forget` is told of every row that is written. */
export function touchBufferIn(
  db: DatabaseSync,
  writer: Writer,
  forget: (idHash: string) => void,
): TouchBuffer {
  const update = db.prepare(
    `UPDATE sessions SET last_seen_at = ?, idle_expires_at = ?
     WHERE id_hash = unhex(?) AND last_seen_at < ? AND last_seen_at <= ?`,
  );
  const touchBuffer = new Map<string, Touch>();
  let timer: NodeJS.Timeout | undefined;

  async function writeBack(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    while (touchBuffer.size > 0) {
      const batch = [...touchBuffer.entries().take(maxTogether)];
      for (const [idHash] of batch) touchBuffer.delete(idHash);
      await writer.write(() => {
        for (const [idHash, { lastSeenAt, idleExpiresAt, unlessAfter }] of batch) {
          update.run(lastSeenAt, idleExpiresAt, idHash, lastSeenAt, unlessAfter);
          forget(idHash);
        }
      });
    }
  }

  function note(idHash: string, touch: Touch): void {
    // Requests overtake one another: the latest use counts, not the one noted last.
    const noted = touchBuffer.get(idHash);
    if (noted && noted.lastSeenAt >= touch.lastSeenAt) return;
    touchBuffer.set(idHash, touch);
    // A use that could not be written is noted again by the next check of the session.
    timer ??= setTimeout(() => writeBack().catch(() => {}), gatherMs).unref();
  }

  function move(idHash: string, newIdHash: string): void {
    const noted = touchBuffer.get(idHash);
    if (!noted) return;
    touchBuffer.delete(idHash);
    note(newIdHash, noted);
  }

  return { note, move, writeBack };
}
