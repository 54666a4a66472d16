/** Runs reads, lets all reads of one turn of the event loop share one snapshot, and remembers recent rows. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../port/port.ts';
import { RecentRows, rowsIn } from '../../shared/session-cache.ts';

/** Keys without a row that are remembered: at most twice as many. */
const maxAbsent = 4_096;

/** What remembered rows may take up by default: commands read few of them. */
const usualBytes = 4 * 1_048_576;

/**
 * A reader of a database.
 *
 * Taking and leaving a snapshot costs two system calls, as much as the read of a row; under load dozens of requests
 * arrive in one turn and share them. A snapshot never outlives its turn, nor a write.
 *
 * Rows that were read are remembered for as long as they are certain to be what a read would find: a write of another
 * process shows in SQLite's `data_version`, which is looked at with every new snapshot, and a write of this process
 * says which rows it touched. So a remembered row is never stale, and a broken database is noticed at once.
 */
export class Reader {
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #maxBytes: number;
  readonly #kinds: RecentRows<unknown>[] = [];
  #open = false;
  #version: unknown;

  /** @param maxBytes what the remembered rows of all kinds may take up, by estimate. */
  constructor(db: DatabaseSync, maxBytes = usualBytes) {
    this.#maxBytes = maxBytes;
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#dataVersion.setReturnArrays(true);
  }

  /** Runs a read; throws `StoreUnavailable` where the engine fails. */
  read<Result>(read: () => Result): Result {
    try {
      if (!this.#open) this.#start();
      return read();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * A read by key that remembers the rows it found, in a share of the memory, and some of the keys that have none: who
   * has a dead session often asks again. A step that writes such a row, be it a new one, has to `forget` it.
   */
  remembering<Row>(share: number, find: (key: string) => Row | undefined): Remembering<Row> {
    const rows = new RecentRows<Row>(Math.floor(rowsIn(this.#maxBytes * share) / 2));
    // Apart, so that made-up keys push no row out.
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
      // As the engine makes it, a row is a dictionary; a copy has a shape, and its fields are found at once.
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

  /** Lets go of the snapshot, so that what is read next is what was written last. */
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
      // A snapshot that could not be looked at must not vouch for what is remembered.
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

/** A read that remembers; see {@link Reader.remembering}. */
export interface Remembering<Row> {
  find(key: string): Row | undefined;
  forget(key: string): void;
  forgetAll(): void;
}

/** An error of the engine, closed or failing, becomes `StoreUnavailable`; anything else is a defect and stays itself. */
export function unavailable(error: unknown): unknown {
  const code = (error as { code?: string })?.code;
  if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') return error;
  return new StoreUnavailable((error as Error).message, { cause: error });
}
