/** Throttle windows in PostgreSQL: one row per key, shared by all nodes. */

import type { Counted, CountedIn, CountWindow, Quota, ThrottleStore } from '../port/port.ts';
import { countAttempt, refundAttempt } from '../shared/throttle-window.ts';
import type { Database, Run } from './connection/transaction.ts';

/** Serializes attempts under one key until the step is over, even without a row to lock. */
const lockKeys = `SELECT pg_advisory_xact_lock(hashtextextended(hex, 1414025807)) FROM unnest($1::text[]) AS hex`;

const select = `SELECT encode(key, 'hex') AS key, count, window_ends_at AS "windowEndsAt" FROM throttle
  WHERE key IN (SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS hex)`;

const selectLocked = `${select} ORDER BY throttle.key FOR UPDATE`;

const upsert = `INSERT INTO throttle (key, count, window_ends_at)
  SELECT decode(hex, 'hex'), count, window_ends_at
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS window_of (hex, count, window_ends_at)
  ON CONFLICT (key) DO UPDATE SET count = excluded.count, window_ends_at = excluded.window_ends_at`;

/** Every step locks keys in their order, so that no two steps wait for each other. */
export class PostgresThrottle implements ThrottleStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async take(quotas: readonly Quota[], now: number): Promise<Counted> {
    // A full window is found by a read, so that a flood of refusals costs no commit.
    const windows = await this.find(quotas.map(({ key }) => key));
    const expected = countAttempt(quotas, windows, now);
    if (!expected.allowed) return expected;
    return this.#db.step(async (run) => {
      const keys = quotas.map(({ key }) => key).toSorted();
      await run(lockKeys, [keys]);
      const { rows } = await run<CountWindow>(selectLocked, [keys]);
      const counted = countAttempt(quotas, rows, now);
      if (counted.allowed) await keep(run, counted.windows);
      return counted;
    });
  }

  refund(windows: readonly CountedIn[]): Promise<void> {
    return this.#db.step(async (run) => {
      const { rows } = await run<CountWindow>(selectLocked, [windows.map(({ key }) => key)]);
      await keep(run, refundAttempt(windows, rows));
    });
  }

  async find(keys: readonly string[]): Promise<CountWindow[]> {
    const { rows } = await this.#db.read<CountWindow>(select, [keys]);
    return rows;
  }

  clear(keys: readonly string[]): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `WITH locked AS (${selectLocked}) DELETE FROM throttle USING locked WHERE throttle.key = decode(locked.key, 'hex')`,
        [keys],
      );
      return count;
    });
  }

  // A window that is locked is being counted in, and so not over: it is skipped.
  sweep(now: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `WITH ended AS (
           SELECT key FROM throttle WHERE window_ends_at <= $1 ORDER BY window_ends_at LIMIT $2
           FOR UPDATE SKIP LOCKED
         ) DELETE FROM throttle USING ended WHERE throttle.key = ended.key`,
        [now, limit],
      );
      return count;
    }, 'long');
  }
}

async function keep(run: Run, windows: readonly CountWindow[]): Promise<void> {
  if (windows.length === 0) return;
  await run(upsert, [
    windows.map(({ key }) => key),
    windows.map(({ count }) => count),
    windows.map(({ windowEndsAt }) => windowEndsAt),
  ]);
}
