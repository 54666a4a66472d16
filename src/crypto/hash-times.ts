/** How long hashes of several kinds take on this machine, and how long a queue of them will. */

/** A name for all hashes that cost the same, and a guess of their time, in milliseconds. */
export interface Cost {
  readonly kind: string;
  readonly guessedMs: number;
}

/** A place in the queue: what its next hash costs, once it has asked, and whether a thread computes it. */
export interface Place {
  cost?: Cost | undefined;
  isRunning?: boolean;
}

/** Kinds whose times are kept: more than an import of several systems brings. The one that was learnt first is forgotten. */
const maxKinds = 100;

export class HashTimes {
  /** Moving averages, each new time with a weight of one eighth. */
  readonly #byKind = new Map<string, number>();

  learn(kind: string, tookMs: number): void {
    const known = this.#byKind.get(kind);
    this.#byKind.set(kind, known === undefined ? tookMs : known + (tookMs - known) / 8);
    const [oldest = kind] = this.#byKind.keys();
    if (this.#byKind.size > maxKinds) this.#byKind.delete(oldest);
  }

  /**
   * The expected wait of one more place: until all others have begun, and a thread is free again. A place that has not asked
   * yet takes the average time, and so does a kind without a time or a guess. Linear in the places, of which there are few.
   */
  waitMs(places: Iterable<Place>, threads: number, averageMs: number): number {
    let [running, runningMs, waiting, waitingMs] = [0, 0, 0, 0];
    for (const { cost, isRunning } of places) {
      const ms = cost ? (this.#byKind.get(cost.kind) ?? cost.guessedMs) : averageMs;
      if (isRunning) [running, runningMs] = [running + 1, runningMs + ms];
      else [waiting, waitingMs] = [waiting + 1, waitingMs + ms];
    }
    const starting = Math.min(Math.max(0, threads - running), waiting);
    if (running + starting < threads) return 0;
    const startingMs = starting === 0 ? 0 : (waitingMs * starting) / waiting;
    const untilFreeMs = (runningMs + startingMs) / threads;
    return (waitingMs - startingMs + untilFreeMs) / threads;
  }
}
