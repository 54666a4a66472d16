/** Uses of sessions: gathered for a moment, so that many are written together. */

/** How long uses are gathered before they are written. */
const gatherMs = 100;

export interface Touch {
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
  /** The use is to be written only over one that is not later than this, and never over one as late as itself. */
  readonly unlessAfter: number;
}

export type TouchBatch = ReadonlyMap<string, Touch>;

/** The latest use of each session that was noted and is not written yet, by the hash of the session's id. */
export class TouchBuffer {
  readonly #touches = new Map<string, Touch>();
  readonly #maxBatch: number;
  readonly #write: (batch: TouchBatch) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  /** `write` writes at most `maxBatch` uses in one step, each where the row says that it is to be written. */
  constructor(maxBatch: number, write: (batch: TouchBatch) => Promise<void>) {
    this.#maxBatch = maxBatch;
    this.#write = write;
  }

  note(idHash: string, touch: Touch): void {
    // Requests overtake one another: the latest use counts, not the one noted last.
    const noted = this.#touches.get(idHash);
    if (noted && noted.lastSeenAt >= touch.lastSeenAt) return;
    this.#touches.set(idHash, { ...touch, unlessAfter: Math.min(touch.unlessAfter, touch.lastSeenAt - 1) });
    // A use that could not be written is noted again by a later check of the session.
    this.#timer ??= setTimeout(() => this.flush().catch(() => {}), gatherMs).unref();
  }

  /** What was noted for one id counts for the one that took its place. */
  move(idHash: string, newIdHash: string): void {
    const noted = this.#touches.get(idHash);
    if (!noted) return;
    this.#touches.delete(idHash);
    this.note(newIdHash, noted);
  }

  /** Resolves when all gathered uses are written, and those that are noted meanwhile. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#touches.size > 0) {
      const batch = new Map(this.#touches.entries().take(this.#maxBatch));
      for (const idHash of batch.keys()) this.#touches.delete(idHash);
      await this.#write(batch);
    }
  }
}
