/** Throttle windows in SQLite: one row per key, which survives a restart. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Counted, CountedIn, CountWindow, Quota, ThrottleStore } from '../port/port.ts';
import { countAttempt, refundAttempt } from '../shared/throttle-window.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export class SqliteThrottle implements ThrottleStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteEnded: StatementSync;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
    this.#select = db.prepare(
      `SELECT lower(hex(key)) AS key, count, window_ends_at AS windowEndsAt FROM throttle WHERE key = unhex(?)`,
    );
    this.#upsert = db.prepare(
      `INSERT INTO throttle (key, count, window_ends_at) VALUES (unhex(?), ?, ?)
       ON CONFLICT (key) DO UPDATE SET count = excluded.count, window_ends_at = excluded.window_ends_at`,
    );
    this.#delete = db.prepare('DELETE FROM throttle WHERE key = unhex(?)');
    this.#deleteEnded = db.prepare(
      `DELETE FROM throttle WHERE key IN
       (SELECT key FROM throttle WHERE window_ends_at <= ? ORDER BY window_ends_at LIMIT ?)`,
    );
  }

  async take(quotas: readonly Quota[], now: number): Promise<Counted> {
    const count = () => countAttempt(quotas, this.#windows(quotas), now);
    // A full window is found by a read, so that a flood of refusals costs no commit.
    const expected = this.#reader.read(count);
    if (!expected.allowed) return expected;
    return this.#writer.write(() => {
      const counted = count();
      if (counted.allowed) this.#keep(counted.windows);
      return counted;
    });
  }

  refund(windows: readonly CountedIn[]): Promise<void> {
    return this.#writer.write(() => this.#keep(refundAttempt(windows, this.#windows(windows))));
  }

  async find(keys: readonly string[]): Promise<CountWindow[]> {
    return this.#reader.read(() => this.#windows(keys.map((key) => ({ key }))));
  }

  clear(keys: readonly string[]): Promise<number> {
    return this.#writer.write(() =>
      keys.reduce((cleared, key) => cleared + Number(this.#delete.run(key).changes), 0),
    );
  }

  sweep(now: number, limit: number): Promise<number> {
    return this.#writer.write(() => Number(this.#deleteEnded.run(now, limit).changes));
  }

  #windows(counters: readonly { readonly key: string }[]): CountWindow[] {
    return counters.flatMap(({ key }) => {
      const row = this.#select.get(key) as unknown as CountWindow | undefined;
      return row ? [{ ...row }] : [];
    });
  }

  #keep(windows: readonly CountWindow[]): void {
    for (const { key, count, windowEndsAt } of windows) this.#upsert.run(key, count, windowEndsAt);
  }
}
