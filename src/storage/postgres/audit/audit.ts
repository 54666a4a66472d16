/** The audit in PostgreSQL: entries that wait are linked into one chain, which is read, checked and cut at its start. */

import type { AuditEntry, AuditQuery, AuditStore } from '../../port/port.ts';
import { type Digest, type Kept, verifyChain } from '../../shared/audit-chain.ts';
import type { Database } from '../connection/transaction.ts';
import { dropBefore, entriesBehind, entryColumns, linkStep, linkWaiting, lookAt } from './audit-chain.ts';
import { Appends, type AuditOutbox } from './audit-outbox.ts';

/** How long entries are gathered before they are linked. */
const gatherMs = 100;

/** An audit with what the rest of the engine needs of it. */
export interface OwnAuditStore extends AuditStore {
  /** Resolves when everything that waited is linked. */
  link(): Promise<void>;
}

export function auditIn(db: Database, outbox: AuditOutbox, digest: Digest): OwnAuditStore {
  const appends = new Appends(db, outbox);
  const inTurn = turns();
  let timer: NodeJS.Timeout | undefined;

  // What could not be linked is tried again with the next entry, and whenever the chain is looked at.
  outbox.tell(() => {
    timer ??= setTimeout(() => link().catch(() => {}), gatherMs).unref();
  });

  async function link(): Promise<void> {
    await appends.settled();
    clearTimeout(timer);
    timer = undefined;
    await inTurn(() => linkUpTo(Number.MAX_SAFE_INTEGER));
  }

  async function linkUpTo(id: number): Promise<void> {
    let linked: number;
    do linked = await db.step((run) => linkWaiting(run, digest, id));
    while (linked === linkStep);
  }

  const kept: Kept = {
    look: () => inTurn(() => lookAt(db.read)),
    behind: (seq, upTo, limit) => inTurn(() => entriesBehind(db.read, seq, upTo, limit)),
  };

  return {
    append: (context, about) => appends.append({ context, about }),

    async read(query) {
      await link();
      return readPage(db, query);
    },

    async ends() {
      await link();
      return (await kept.look()).ends;
    },

    async verify(progress) {
      await link();
      return verifyChain(kept, digest, progress);
    },

    /** Takes of what was left before it was asked for, however long its turn is in coming. */
    sweep(at, limit) {
      const newest = appends.settled().then(() => outbox.newest);
      return inTurn(async () => {
        await linkUpTo(await newest);
        return db.step((run) => dropBefore(run, at, limit), 'long');
      });
    },

    link,
  };
}

async function readPage(
  db: Database,
  { userId, before = Number.MAX_SAFE_INTEGER, after, limit }: AuditQuery,
): Promise<AuditEntry[]> {
  const [place, order] = after === undefined ? ['<', 'DESC'] : ['>', 'ASC'];
  const end = after === undefined ? '>=' : '<=';
  // Of one user the rows are compared with the user in front: said in another way, the planner may look for them among
  // the entries of all, and a user with very many has them far behind.
  const page =
    userId === undefined
      ? `seq ${place} $1 ORDER BY seq ${order}`
      : `(user_id, seq) ${place} ($3, $1) AND user_id ${end} $3 ORDER BY user_id ${order}, seq ${order}`;
  const { rows } = await db.read<AuditEntry>(
    `SELECT ${entryColumns} FROM audit WHERE ${page} LIMIT $2`,
    userId === undefined ? [after ?? before, limit] : [after ?? before, limit, userId],
  );
  return rows;
}

/** Lets works take turns, in the order they come: a look at the chain sees what was done to it before. */
function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
