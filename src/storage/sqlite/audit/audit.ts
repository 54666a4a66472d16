/** The audit in SQLite: a chain of entries that is appended to, read by page, verified and cut at its start. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  AuditContext,
  AuditEntry,
  AuditQuery,
  AuditStore,
  ChainEnds,
  ChainVerdict,
} from '../../port/port.ts';
import type { AuditSubject } from '../../shared/audit-chain.ts';
import { auditPageOf } from '../../shared/paging.ts';
import { type ChainReader, verifyChain } from '../../shared/verify-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';
import { type AuditChain, entryColumns } from './audit-chain.ts';

/**
 * Entries by user. Without the name of the index SQLite may follow its statistics, which can date from a time with one
 * user, and read all entries to find the few of another.
 */
const byUser = 'audit INDEXED BY audit_by_user';

export class SqliteAudit implements AuditStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #chain: AuditChain;
  readonly #chainReader: ChainReader;
  readonly #newestFirst: StatementSync;
  readonly #newestOfUserFirst: StatementSync;
  readonly #oldestFirst: StatementSync;
  readonly #oldestOfUserFirst: StatementSync;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer, chain: AuditChain) {
    this.#reader = reader;
    this.#writer = writer;
    this.#chain = chain;
    this.#chainReader = {
      readEnds: () =>
        reader.read(() => {
          const ends = chain.ends();
          return { ends, strays: chain.strays(ends) };
        }),
      readBehind: (seq, upTo, limit) =>
        reader.read(() => {
          const { start } = chain.ends();
          return { start, entries: chain.between(Math.max(seq, start.seq), upTo, limit) };
        }),
    };
    const select = (where: string) => db.prepare(`SELECT ${entryColumns} FROM ${where} LIMIT ?`);
    this.#newestFirst = select('audit WHERE seq < ? ORDER BY seq DESC');
    this.#newestOfUserFirst = select(`${byUser} WHERE user_id = ? AND seq < ? ORDER BY seq DESC`);
    this.#oldestFirst = select('audit WHERE seq > ? ORDER BY seq');
    this.#oldestOfUserFirst = select(`${byUser} WHERE user_id = ? AND seq > ? ORDER BY seq`);
  }

  append(context: AuditContext, subject: AuditSubject): Promise<void> {
    return this.#writer.write(() => this.#chain.append(context, subject));
  }

  async read(query: AuditQuery): Promise<AuditEntry[]> {
    const { userId, limit } = query;
    const { seq, isOldestFirst } = auditPageOf(query);
    const rows = this.#reader.read(() =>
      userId === undefined
        ? (isOldestFirst ? this.#oldestFirst : this.#newestFirst).all(seq, limit)
        : (isOldestFirst ? this.#oldestOfUserFirst : this.#newestOfUserFirst).all(userId, seq, limit),
    );
    return rows as unknown as AuditEntry[];
  }

  async ends(): Promise<ChainEnds> {
    return this.#reader.read(() => this.#chain.ends());
  }

  verify(progress: (checked: number, all: number) => void): Promise<ChainVerdict> {
    return verifyChain(this.#chainReader, this.#chain.digest, progress);
  }

  sweep(at: number, limit: number): Promise<number> {
    return this.#writer.write(() => this.#chain.dropBefore(at, limit));
  }
}
