/** A bounded cache of the most recently requested rows; its user decides how long they are valid. */

/** Rows counted as a megabyte of memory. */
const rowsPerMegabyte = 1_000;

/** The number of rows for a size in bytes. */
export function rowsIn(bytes: number): number {
  return Math.floor((bytes * rowsPerMegabyte) / 1_048_576);
}

/** The shares of sessions and users in the rows of a cache: many users have several sessions. */
export const shares = { sessions: 0.6, users: 0.4 } as const;

/**
 * A bounded map in two generations: when the young one is full it becomes the old one, and the rows of the previous old one
 * that were not requested since are dropped.
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
