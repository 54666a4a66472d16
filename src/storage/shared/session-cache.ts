/** Keeps what was asked for last, in a bounded space; its user knows for how long it stays true. */

/** How many rows count as a megabyte of memory, however small they are. */
const rowsPerMegabyte = 1_000;

/** How many rows fit into so many bytes. */
export function rowsIn(bytes: number): number {
  return Math.floor((bytes * rowsPerMegabyte) / 1_048_576);
}

/** Of the rows that are remembered for checks, the share of sessions and of their users: many have several sessions. */
export const shares = { sessions: 0.6, users: 0.4 } as const;

/**
 * A bounded map that forgets what was not asked for lately: when the young generation is full it becomes the old one,
 * and what was old and not asked for since is gone.
 */
export class RecentRows<Row> {
  readonly #limit: number;
  #young = new Map<string, Row>();
  #old = new Map<string, Row>();

  /** Holds between `limit` and twice as many rows. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Row | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, row: Row): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, row);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
