/** The feed of revocations in PostgreSQL: read by every node, written by triggers, swept by marks. */

import type { RevocationFeed, RevocationListener } from '../../port/port.ts';
import { SeenPositions } from '../../shared/revocations.ts';
import type { Database } from '../connection/transaction.ts';
import type { RevocationNotifier } from './revocation-notifier.ts';
import { isOwn, type RevocationReader } from './revocation-reader.ts';

/** A sweep sets at most one mark in this time, in milliseconds. */
const markMs = 30_000;

/**
 * A node that has read a mark has also read every row that was visible when the mark was set. So these rows may be removed
 * later, as long as the mark stays: a node that finds no mark that it has read empties its cache.
 */
const setMark = `INSERT INTO revocations (kind) SELECT 'mark'
  WHERE EXISTS (SELECT FROM revocations WHERE kind <> 'mark')
    OR NOT EXISTS (SELECT FROM revocations WHERE ${isOwn})
  RETURNING pg_current_snapshot()::text AS snapshot`;

const removeSeen = `DELETE FROM revocations WHERE seq = ANY (ARRAY (
  SELECT seq FROM revocations WHERE pg_visible_in_snapshot(xid, $1::pg_snapshot) OR NOT ${isOwn}
  ORDER BY xid LIMIT $2 FOR UPDATE SKIP LOCKED))`;

export class PostgresRevocations implements RevocationFeed {
  readonly #db: Database;
  readonly #reader: RevocationReader;
  readonly #notifier: RevocationNotifier;
  readonly #seen = new SeenPositions<string>();

  constructor(db: Database, reader: RevocationReader, notifier: RevocationNotifier) {
    this.#db = db;
    this.#reader = reader;
    this.#notifier = notifier;
  }

  listen(listener: RevocationListener): void {
    this.#reader.listen(listener);
    this.#notifier.listen(listener);
  }

  isFresh(): boolean {
    return this.#reader.isFresh;
  }

  async sweep(limit: number, now = performance.now()): Promise<number> {
    if (now - this.#seen.lastAt >= markMs) await this.#mark(now);
    const due = this.#seen.due(now);
    if (due === undefined) return 0;
    return this.#db.step(async (run) => (await run(removeSeen, [due, limit])).count);
  }

  async #mark(now: number): Promise<void> {
    const [mark] = await this.#db.step(async (run) => (await run<{ snapshot: string }>(setMark)).rows);
    if (mark) this.#seen.add(mark.snapshot, now);
  }
}
