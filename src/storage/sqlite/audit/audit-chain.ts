/** The chain of the audit in SQLite: appended to in the commit of the deed, and cut at its start. */

import type { DatabaseSync } from 'node:sqlite';
import { type AuditContext, type AuditEntry, StoreUnavailable } from '../../port/port.ts';
import {
  type About,
  type Digest,
  type Ends,
  endsLost,
  hashOf,
  type Outside,
} from '../../shared/audit-chain.ts';

/** The columns of an entry, by the names the port gives them. */
export const entryColumns = `seq, at, event, outcome, user_id AS userId, handle, contract, network,
  request_id AS requestId, lower(hex(hash)) AS hash`;

/** Every method belongs inside a step of the writer or a read of the reader. */
export class Chain {
  readonly digest: Digest;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, digest: Digest) {
    this.digest = digest;
    this.#statements = prepareAll(db);
  }

  /**
   * Appends an entry to what a step did, if it was handed an audit context to leave. What it follows is read from the database:
   * other processes append too. A number that a foreign entry has taken is passed over, so that it stops
   * no writer and `verify` finds it.
   */
  append(context: AuditContext | undefined, about: About): void {
    this.appendEach(context, [about]);
  }

  /** The same for several of one trail, in their order. */
  appendEach(context: AuditContext | undefined, each: readonly About[]): void {
    if (!context || each.length === 0) return;
    const { at, event, outcome, contract, network, requestId } = context;
    const { insert, moveLast } = this.#statements;
    let { hash, seq } = this.ends().last;
    seq = Math.max(seq, this.#newestSeq());
    for (const { userId = null, handle = null } of each) {
      seq += 1;
      hash = this.hash(hash, { ...context, seq, userId, handle });
      insert.run(seq, at, event, outcome, userId, handle, contract, network, requestId, hash);
    }
    moveLast.run(seq, hash);
  }

  hash(before: string, entry: Omit<AuditEntry, 'hash'>): string {
    return hashOf(this.digest, before, entry);
  }

  ends(): Ends {
    const row = this.#statements.ends.get() as Record<string, string | number> | undefined;
    // An unaudited deed is none.
    if (!row) throw new StoreUnavailable(endsLost);
    return {
      start: { seq: Number(row['startSeq']), hash: String(row['startHash']) },
      last: { seq: Number(row['lastSeq']), hash: String(row['lastHash']) },
    };
  }

  /** Entries behind one place of the chain and not behind another, in order. */
  between(after: number, upTo: number, limit: number): AuditEntry[] {
    return this.#statements.between.all(after, upTo, limit) as unknown as AuditEntry[];
  }

  /** The first entries that lie before the start and behind the end, where none can be. */
  outside({ start, last }: Ends): Outside {
    return this.#statements.outside.get(start.seq, last.seq) as unknown as Outside;
  }

  /** Drops entries from the start, up to the first that was made at `at` or later; returns how many. */
  dropBefore(at: number, limit: number): number {
    const { start, last } = this.ends();
    const oldest = this.between(start.seq, last.seq, limit);
    const young = oldest.findIndex((entry) => entry.at >= at);
    const dropped = young === -1 ? oldest.length : young;
    const newStart = oldest[dropped - 1];
    if (!newStart) return 0;
    this.#statements.drop.run(start.seq, newStart.seq);
    this.#statements.moveStart.run(newStart.seq, newStart.hash);
    return dropped;
  }

  #newestSeq(): number {
    return Number(this.#statements.newest.get()?.['seq'] ?? 0);
  }
}

function prepareAll(db: DatabaseSync) {
  return {
    ends: db.prepare(
      `SELECT start_seq AS startSeq, lower(hex(start_hash)) AS startHash,
              last_seq AS lastSeq, lower(hex(last_hash)) AS lastHash FROM audit_ends`,
    ),
    newest: db.prepare('SELECT max(seq) AS seq FROM audit'),
    insert: db.prepare(
      `INSERT INTO audit (seq, at, event, outcome, user_id, handle, contract, network, request_id, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?))`,
    ),
    moveLast: db.prepare('UPDATE audit_ends SET last_seq = ?, last_hash = unhex(?)'),
    moveStart: db.prepare('UPDATE audit_ends SET start_seq = ?, start_hash = unhex(?)'),
    between: db.prepare(`SELECT ${entryColumns} FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`),
    outside: db.prepare(
      `SELECT (SELECT min(seq) FROM audit WHERE seq <= ?) AS before,
              (SELECT min(seq) FROM audit WHERE seq > ?) AS behind`,
    ),
    drop: db.prepare('DELETE FROM audit WHERE seq > ? AND seq <= ?'),
  };
}
