/** The audit in SQLite: a chain of entries that is appended to, read by page, checked as a whole and cut at its start. */

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as pause } from 'node:timers/promises';
import type { AuditEntry, AuditStore, ChainVerdict } from '../port.ts';
import { type Chain, type Ends, entryColumns, type Link } from './chain.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** Entries checked in one turn of the event loop: few enough that no request notices. */
const verifyStep = 1_000;

export function auditIn(db: DatabaseSync, reader: Reader, writer: Writer, chain: Chain): AuditStore {
  const select = db.prepare(`SELECT ${entryColumns} FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?`);
  const selectOfUser = db.prepare(
    `SELECT ${entryColumns} FROM audit WHERE user_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  const selectAfter = db.prepare(`SELECT ${entryColumns} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?`);
  const selectOfUserAfter = db.prepare(
    `SELECT ${entryColumns} FROM audit WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );

  /** Follows the chain one step from `from`; ends at the last entry that fits. */
  function follow(from: Link, upTo: number): { at: Link; checked: number; intact: boolean } {
    const { start } = chain.ends();
    // A sweep may have overtaken: what it removed is not missing.
    let at = start.seq > from.seq ? start : from;
    const entries = chain.between(at.seq, upTo, verifyStep);
    for (const [checked, entry] of entries.entries()) {
      const fits = entry.seq === at.seq + 1 && entry.hash === chain.hash(at.hash, entry);
      if (!fits) return { at, checked, intact: false };
      at = { seq: entry.seq, hash: entry.hash };
    }
    return { at, checked: entries.length, intact: entries.length > 0 || at.seq >= upTo };
  }

  /** Whether the chain, followed to its end, ends as it was noted; what is appended meanwhile is not waited for. */
  async function verify(progress: (checked: number, all: number) => void): Promise<ChainVerdict> {
    const { ends, outside } = reader.read(() => {
      const ends: Ends = chain.ends();
      return { ends, outside: chain.outside(ends) };
    });
    const { start, last } = ends;
    if (outside.before !== null) return { intact: false, brokenAt: outside.before };

    let at = start;
    let entries = 0;
    while (at.seq < last.seq) {
      const step = reader.read(() => follow(at, last.seq));
      at = step.at;
      entries += step.checked;
      if (!step.intact) return { intact: false, brokenAt: at.seq + 1 };
      progress(Math.min(at.seq, last.seq) - start.seq, last.seq - start.seq);
      await pause();
    }
    if (at.seq === last.seq && at.hash !== last.hash) return { intact: false, brokenAt: last.seq };
    return outside.behind === null ? { intact: true, entries } : { intact: false, brokenAt: outside.behind };
  }

  return {
    append: (trail, about) => writer.write(() => chain.append(trail, about)),

    async read({ userId, before = Number.MAX_SAFE_INTEGER, after, most }) {
      const [ofAll, ofUser] = after === undefined ? [select, selectOfUser] : [selectAfter, selectOfUserAfter];
      const from = after ?? before;
      const rows = reader.read(() =>
        userId === undefined ? ofAll.all(from, most) : ofUser.all(userId, from, most),
      );
      return rows as unknown as AuditEntry[];
    },

    verify,

    sweep: (at, most) => writer.write(() => chain.dropBefore(at, most)),
  };
}
