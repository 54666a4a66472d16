/** Uses of sessions: gathered for a moment and written in one statement. */

import { hashes, type Owners } from '../cluster/owners.ts';
import type { Database } from '../connection/transaction.ts';

/** How long uses are gathered before they are written. */
const gatherMs = 100;

/** Uses written in one statement. */
const maxTogether = 1_000;

interface Touch {
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
  /** Not written if a later use than this was written already. */
  readonly unlessAfter: number;
}

export class TouchBuffer {
  readonly #db: Database;
  readonly #owners: Owners;
  #touchBuffer = new Map<string, Touch>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database, owners: Owners) {
    this.#db = db;
    this.#owners = owners;
  }

  note(idHash: string, touch: Touch): void {
    // Requests overtake one another: the latest use counts, not the one noted last.
    const noted = this.#touchBuffer.get(idHash);
    if (noted && noted.lastSeenAt >= touch.lastSeenAt) return;
    this.#touchBuffer.set(idHash, touch);
    // A use that could not be written is noted again by a later check of the session.
    this.#timer ??= setTimeout(() => this.writeBack().catch(() => {}), gatherMs).unref();
  }

  /** What was noted for one id counts for the one that took its place. */
  move(idHash: string, newIdHash: string): void {
    const noted = this.#touchBuffer.get(idHash);
    if (!noted) return;
    this.#touchBuffer.delete(idHash);
    this.note(newIdHash, noted);
  }

  /** Resolves when all gathered uses are written. */
  async writeBack(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#touchBuffer.size > 0) {
      const batch = new Map([...this.#touchBuffer].slice(0, maxTogether));
      for (const idHash of batch.keys()) this.#touchBuffer.delete(idHash);
      await this.#write(batch);
    }
  }

  /** A row that is locked just now is being ended or used: it is left alone, so that no step waits and nothing deadlocks. */
  async #write(batch: ReadonlyMap<string, Touch>): Promise<void> {
    const owners = await this.#owners.find(this.#db, [...batch.keys()]);
    const touchBuffer = [...owners].map(([idHash, userId]) => ({
      idHash,
      userId,
      ...(batch.get(idHash) as Touch),
    }));
    if (touchBuffer.length === 0) return;
    await this.#db.step((run) =>
      run(
        `WITH used AS (
           SELECT user_id, id_hash, seen, idle
           FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[])
             AS noted (user_id, id_hash, seen, idle, unless_after)
           JOIN sessions USING (user_id, id_hash)
           WHERE last_seen_at < seen AND last_seen_at <= unless_after
           FOR UPDATE OF sessions SKIP LOCKED
         )
         UPDATE sessions SET last_seen_at = used.seen, idle_expires_at = used.idle FROM used
         WHERE sessions.user_id = used.user_id AND sessions.id_hash = used.id_hash`,
        [
          touchBuffer.map(({ userId }) => userId),
          hashes(touchBuffer.map(({ idHash }) => idHash)),
          touchBuffer.map(({ lastSeenAt }) => lastSeenAt),
          touchBuffer.map(({ idleExpiresAt }) => idleExpiresAt),
          touchBuffer.map(({ unlessAfter }) => unlessAfter),
        ],
      ),
    );
  }
}
