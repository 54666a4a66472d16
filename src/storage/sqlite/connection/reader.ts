/** Runs reads, and shares one snapshot among all reads of one turn of the event loop. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../port/port.ts';

/**
 * A reader of a database.
 *
 * Beginning and ending a snapshot costs two system calls, as much as the read of a row; under load dozens of requests
 * arrive in one turn and share them. A snapshot never outlives its turn, or a write.
 *
 * SQLite's `data_version` is read with every new snapshot: it changes when another process has written.
 */
export class Reader {
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #dataVersion: StatementSync;
  #open = false;
  #version: unknown;
  #wrote = false;
  #onChange = () => {};

  constructor(db: DatabaseSync) {
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#dataVersion.setReturnArrays(true);
  }

  /** Calls `callback` in every snapshot that may differ from the one before, before anything else is read in it. */
  onChange(callback: () => void): void {
    this.#onChange = callback;
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

  /** Ends the snapshot, so that the next read sees the last write. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#end.run();
  }

  /** Tells that this process has committed, which `data_version` does not show. */
  wrote(): void {
    this.#wrote = true;
  }

  #start(): void {
    this.#begin.run();
    this.#open = true;
    setImmediate(() => this.end());
    try {
      const [version] = this.#dataVersion.get() as unknown as [unknown];
      if (version === this.#version && !this.#wrote) return;
      this.#onChange();
      this.#version = version;
      this.#wrote = false;
    } catch (error) {
      // Without this what is cached may be stale.
      this.end();
      throw error;
    }
  }
}

/** Errors of the engine become `StoreUnavailable`; any other is a defect and stays as it is. */
export function unavailable(error: unknown): unknown {
  const code = (error as { code?: string })?.code;
  if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') return error;
  return new StoreUnavailable((error as Error).message, { cause: error });
}
