/** The audit chain in SQLite: an entry is appended in the commit of its event; old ones are cut at the start. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, AuditEntry, ChainEnds } from '../../port/port.ts';
import {
  type AuditSubject,
  cutBefore,
  type Digest,
  type EndsRow,
  endsOf,
  linkEntries,
} from '../../shared/audit-chain.ts';
import type { StrayEntries } from '../../shared/verify-chain.ts';

/** The columns of an entry, named as in the port. */
export const entryColumns = `seq, at, event, outcome, user_id AS userId, handle, contract, network,
  request_id AS requestId, lower(hex(hash)) AS hash`;

/** Call every method inside a step of the writer or a read of the reader. */
export class AuditChain {
  readonly digest: Digest;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, digest: Digest) {
    this.digest = digest;
    this.#statements = prepareAll(db);
  }

  /**
   * Appends an entry to a step, if it has an audit context. The previous entry is read from the database, since other
   * processes append too.
   */
  append(context: AuditContext | undefined, subject: AuditSubject): void {
    this.appendEach(context, [subject]);
  }

  /** The same for several subjects of one context, in their order. */
  appendEach(context: AuditContext | undefined, subjects: readonly AuditSubject[]): void {
    if (!context || subjects.length === 0) return;
    const { insert, newest, moveLast } = this.#statements;
    const entries = subjects.map(({ userId = null, handle = null }) => ({ ...context, userId, handle }));
    const newestSeq = Number(newest.get()?.['seq'] ?? 0);
    const linked = linkEntries(this.digest, this.ends().last, newestSeq, entries);
    for (const { seq, at, event, outcome, userId, handle, contract, network, requestId, hash } of linked)
      insert.run(seq, at, event, outcome, userId, handle, contract, network, requestId, hash);
    const { seq, hash } = linked.at(-1) as AuditEntry;
    moveLast.run(seq, hash);
  }

  ends(): ChainEnds {
    return endsOf(this.#statements.ends.get() as unknown as EndsRow | undefined);
  }

  /** Entries after one position of the chain, up to another, in order. */
  between(after: number, upTo: number, limit: number): AuditEntry[] {
    return this.#statements.between.all(after, upTo, limit) as unknown as AuditEntry[];
  }

  strays({ start, last }: ChainEnds): StrayEntries {
    return this.#statements.strays.get(start.seq, last.seq) as unknown as StrayEntries;
  }

  /** Removes entries from the start, before the first that was made at `at` or later; returns how many. */
  dropBefore(at: number, limit: number): number {
    const { start, last } = this.ends();
    const cut = cutBefore(this.between(start.seq, last.seq, limit), at);
    if (!cut) return 0;
    this.#statements.drop.run(start.seq, cut.start.seq);
    this.#statements.moveStart.run(cut.start.seq, cut.start.hash);
    return cut.dropped;
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
    strays: db.prepare(
      `SELECT (SELECT min(seq) FROM audit WHERE seq <= ?) AS before,
              (SELECT min(seq) FROM audit WHERE seq > ?) AS behind`,
    ),
    drop: db.prepare('DELETE FROM audit WHERE seq > ? AND seq <= ?'),
  };
}
