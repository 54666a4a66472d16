/** The feed of revocations in PostgreSQL: read by every node, written by triggers, swept by marks. */

import type { RevocationFeed, RevocationListener } from '../../port/port.ts';
import { SeenPositions } from '../../shared/revocations.ts';
import type { Database } from '../connection/transaction.ts';
import type { RevocationNotifier } from './revocation-notifier.ts';
import { identities, isOwn, type Position, type RevocationReader } from './revocation-reader.ts';

/** A sweep sets at most one mark in this time, in milliseconds. */
const markMs = 30_000;

/**
 * A node that has read a mark has also read every row that was visible when the mark was set. So these rows may be removed
 * later, as long as the mark stays: a node that finds no mark that it has read empties its cache.
 */
const setMark = `INSERT INTO revocations (kind) SELECT 'mark'
  WHERE EXISTS (SELECT FROM revocations WHERE kind <> 'mark')
    OR NOT EXISTS (SELECT FROM revocations WHERE ${isOwn})
  RETURNING pg_current_snapshot()::text AS snapshot, ${identities} AS source`;

/**
 * Removes nothing once another server has taken over without the last commits: numbers of transactions that the snapshot shows
 * come again there, for other rows.
 */
const removeSeen = `DELETE FROM revocations WHERE seq = ANY (ARRAY (
  SELECT seq FROM revocations
  WHERE (pg_visible_in_snapshot(xid, $1::pg_snapshot) OR NOT ${isOwn}) AND $2 = ${identities}
  ORDER BY xid LIMIT $3 FOR UPDATE SKIP LOCKED))`;

export class PostgresRevocations implements RevocationFeed {
  readonly #db: Database;
  readonly #reader: RevocationReader;
  readonly #notifier: RevocationNotifier;
  readonly #seen = new SeenPositions<Position>();

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
    const { snapshot, source } = due;
    return this.#db.step(async (run) => (await run(removeSeen, [snapshot, source, limit])).count);
  }

  async #mark(now: number): Promise<void> {
    const [mark] = await this.#db.step(async (run) => (await run<Position>(setMark)).rows);
    if (mark) this.#seen.add(mark, now);
  }
}
