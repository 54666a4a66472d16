/** The audit in SQLite: a chain of entries that is appended to, read by page, checked as a whole and cut at its start. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry, AuditStore } from '../../port/port.ts';
import { type Kept, verifyChain } from '../../shared/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';
import { type Chain, entryColumns } from './audit-chain.ts';

/**
 * Entries by their user. Without the name of the index SQLite would go by statistics, which an operator may have it take
 * while there is only one user, and look at all entries for the few of another.
 */
const byUser = 'audit INDEXED BY audit_by_user';

export function auditIn(db: DatabaseSync, reader: Reader, writer: Writer, chain: Chain): AuditStore {
  const select = db.prepare(`SELECT ${entryColumns} FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?`);
  const selectOfUser = db.prepare(
    `SELECT ${entryColumns} FROM ${byUser} WHERE user_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  const selectAfter = db.prepare(`SELECT ${entryColumns} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?`);
  const selectOfUserAfter = db.prepare(
    `SELECT ${entryColumns} FROM ${byUser} WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );

  const kept: Kept = {
    look: () =>
      reader.read(() => {
        const ends = chain.ends();
        return { ends, outside: chain.outside(ends) };
      }),
    behind: (seq, upTo, limit) =>
      reader.read(() => {
        const { start } = chain.ends();
        return { start, entries: chain.between(Math.max(seq, start.seq), upTo, limit) };
      }),
  };

  return {
    append: (context, about) => writer.write(() => chain.append(context, about)),

    async read({ userId, before = Number.MAX_SAFE_INTEGER, after, limit }) {
      const [ofAll, ofUser] = after === undefined ? [select, selectOfUser] : [selectAfter, selectOfUserAfter];
      const from = after ?? before;
      const rows = reader.read(() =>
        userId === undefined ? ofAll.all(from, limit) : ofUser.all(userId, from, limit),
      );
      return rows as unknown as AuditEntry[];
    },

    ends: async () => reader.read(() => chain.ends()),

    verify: (progress) => verifyChain(kept, chain.digest, progress),

    sweep: (at, limit) => writer.write(() => chain.dropBefore(at, limit)),
  };
}
