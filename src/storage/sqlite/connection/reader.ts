/** Runs reads, shares one snapshot among all reads of one turn of the event loop, and caches recent rows. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../port/port.ts';
import { RecentRows, rowsIn } from '../../shared/session-cache.ts';

/** Cached keys without a row: at most twice as many. */
const maxAbsent = 4_096;

/** The default size of the cache: commands read few rows. */
const usualBytes = 4 * 1_048_576;

/**
 * A reader of a database.
 *
 * Beginning and ending a snapshot costs two system calls, as much as the read of a row; under load dozens of requests
 * arrive in one turn and share them. A snapshot never outlives its turn, or a write.
 *
 * Rows are cached while they are certainly current: a write of another process changes SQLite's `data_version`, which is
 * read with every new snapshot, and a write of this process names the rows it changes. A cached row is therefore never
 * stale, and a broken database is noticed at once.
 */
export class Reader {
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #maxBytes: number;
  readonly #kinds: RecentRows<unknown>[] = [];
  #open = false;
  #version: unknown;

  /** @param maxBytes the estimated size of the cached rows of all kinds. */
  constructor(db: DatabaseSync, maxBytes = usualBytes) {
    this.#maxBytes = maxBytes;
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#dataVersion.setReturnArrays(true);
  }

  /** Runs a read; throws `StoreUnavailable` if the engine fails. */
  read<Result>(read: () => Result): Result {
    try {
      if (!this.#open) this.#start();
      return read();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * A read by key with a cache, which takes a share of the memory. It also caches some keys without a row, since a client
   * with a dead session often repeats its request. A step that writes such a row, even a new one, must `forget` it.
   */
  remembering<Row>(share: number, find: (key: string) => Row | undefined): Remembering<Row> {
    const rows = new RecentRows<Row>(Math.floor(rowsIn(this.#maxBytes * share) / 2));
    // A cache of their own, so that invented keys displace no row.
    const absent = new RecentRows<true>(maxAbsent);
    this.#kinds.push(rows, absent);
    const findRow = (key: string): Row | undefined => {
      const known = rows.get(key);
      if (known !== undefined) return known;
      if (absent.get(key)) return undefined;
      const found = find(key);
      if (found === undefined) {
        absent.set(key, true);
        return undefined;
      }
      // The engine returns a row in dictionary mode; a copy has a shape, and its fields are faster.
      const row = { ...found };
      rows.set(key, row);
      return row;
    };
    return {
      find: (key) => this.read(() => findRow(key)),
      forget(key) {
        rows.delete(key);
        absent.delete(key);
      },
      forgetAll: () => rows.clear(),
    };
  }

  /** Ends the snapshot, so that the next read sees the last write. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#end.run();
  }

  #start(): void {
    this.#begin.run();
    this.#open = true;
    setImmediate(() => this.end());
    try {
      this.#forgetIfChanged();
    } catch (error) {
      // Without this check the cached rows may be stale.
      this.end();
      throw error;
    }
  }

  #forgetIfChanged(): void {
    const [version] = this.#dataVersion.get() as unknown as [unknown];
    if (version === this.#version) return;
    this.#version = version;
    for (const rows of this.#kinds) rows.clear();
  }
}

/** A read with a cache; see {@link Reader.remembering}. */
export interface Remembering<Row> {
  find(key: string): Row | undefined;
  forget(key: string): void;
  forgetAll(): void;
}

/** Errors of the engine become `StoreUnavailable`; any other is a defect and stays as it is. */
export function unavailable(error: unknown): unknown {
  const code = (error as { code?: string })?.code;
  if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') return error;
  return new StoreUnavailable((error as Error).message, { cause: error });
}
