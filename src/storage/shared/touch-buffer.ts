/** Buffers uses of sessions for a moment, so that many are written together. */

/** Uses are buffered for this long, in milliseconds. */
const gatherMs = 100;

export interface Touch {
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
  /** The use is written only over one that is not later than this, and never over one as late as itself. */
  readonly unlessAfter: number;
}

export type TouchBatch = ReadonlyMap<string, Touch>;

/** The latest unwritten use of each session, by the hash of its id. */
export class TouchBuffer {
  readonly #touches = new Map<string, Touch>();
  readonly #maxBatch: number;
  readonly #write: (batch: TouchBatch) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  /** @param write writes at most `maxBatch` uses in one step, each if the row allows it. */
  constructor(maxBatch: number, write: (batch: TouchBatch) => Promise<void>) {
    this.#maxBatch = maxBatch;
    this.#write = write;
  }

  note(idHash: string, touch: Touch): void {
    // Requests may arrive out of order: the latest use counts, not the last one recorded.
    const noted = this.#touches.get(idHash);
    if (noted && noted.lastSeenAt >= touch.lastSeenAt) return;
    this.#touches.set(idHash, { ...touch, unlessAfter: Math.min(touch.unlessAfter, touch.lastSeenAt - 1) });
    // A use that could not be written is recorded again by a later check of the session.
    this.#timer ??= setTimeout(() => this.flush().catch(() => {}), gatherMs).unref();
  }

  /** Moves the use of an id to the id that replaced it. */
  move(idHash: string, newIdHash: string): void {
    const noted = this.#touches.get(idHash);
    if (!noted) return;
    this.#touches.delete(idHash);
    this.note(newIdHash, noted);
  }

  /** Resolves when all buffered uses are written, including those recorded meanwhile. */
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
