/** The audit in PostgreSQL: entries of the outbox are linked into one chain, which is read, verified and cut at its start. */

import type {
  AuditContext,
  AuditEntry,
  AuditQuery,
  AuditStore,
  ChainEnds,
  ChainVerdict,
} from '../../port/port.ts';
import type { AuditSubject, Digest } from '../../shared/audit-chain.ts';
import { auditPageOf } from '../../shared/paging.ts';
import { type ChainReader, verifyChain } from '../../shared/verify-chain.ts';
import type { Database } from '../connection/transaction.ts';
import { dropBefore, entryColumns, linkOutbox, linkStep, readBehind, readEnds } from './audit-chain.ts';
import { AppendQueue, type AuditOutbox } from './audit-outbox.ts';

/** Entries are gathered for this long before they are linked, in milliseconds. */
const gatherMs = 100;

export class PostgresAudit implements AuditStore {
  readonly #db: Database;
  readonly #outbox: AuditOutbox;
  readonly #digest: Digest;
  readonly #appends: AppendQueue;
  readonly #chain: ChainReader;
  readonly #inTurn = turns();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database, outbox: AuditOutbox, digest: Digest) {
    this.#db = db;
    this.#outbox = outbox;
    this.#digest = digest;
    this.#appends = new AppendQueue(db, outbox);
    this.#chain = {
      readEnds: () => this.#inTurn(() => readEnds(db.read)),
      readBehind: (seq, upTo, limit) => this.#inTurn(() => readBehind(db.read, seq, upTo, limit)),
    };
    // Entries that could not be linked are linked with the next entry, and before the chain is read.
    outbox.onAdded(() => {
      this.#timer ??= setTimeout(() => this.link().catch(() => {}), gatherMs).unref();
    });
  }

  append(context: AuditContext, subject: AuditSubject): Promise<void> {
    return this.#appends.append({ context, subject });
  }

  async read(query: AuditQuery): Promise<AuditEntry[]> {
    await this.link();
    return readPage(this.#db, query);
  }

  async ends(): Promise<ChainEnds> {
    await this.link();
    return (await this.#chain.readEnds()).ends;
  }

  async verify(progress: (checked: number, all: number) => void): Promise<ChainVerdict> {
    await this.link();
    return verifyChain(this.#chain, this.#digest, progress);
  }

  /** Removes only entries that were written before this call, however long it waits for its turn. */
  sweep(at: number, limit: number): Promise<number> {
    const newest = this.#appends.settled().then(() => this.#outbox.newest);
    return this.#inTurn(async () => {
      await this.#linkUpTo(await newest);
      return this.#db.step((run) => dropBefore(run, at, limit), 'long');
    });
  }

  /** Resolves when everything in the outbox is linked. */
  async link(): Promise<void> {
    await this.#appends.settled();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#inTurn(() => this.#linkUpTo(Number.MAX_SAFE_INTEGER));
  }

  async #linkUpTo(id: number): Promise<void> {
    let linked: number;
    do linked = await this.#db.step((run) => linkOutbox(run, this.#digest, id));
    while (linked === linkStep);
  }
}

async function readPage(db: Database, query: AuditQuery): Promise<AuditEntry[]> {
  const { userId, limit } = query;
  const { seq, isOldestFirst } = auditPageOf(query);
  const [place, order, end] = isOldestFirst ? ['>', 'ASC', '<='] : ['<', 'DESC', '>='];
  // With a user, rows are compared with the user as first column: otherwise the planner may search the entries of all
  // users, and those of a user with very many are far behind.
  const page =
    userId === undefined
      ? `seq ${place} $1 ORDER BY seq ${order}`
      : `(user_id, seq) ${place} ($3, $1) AND user_id ${end} $3 ORDER BY user_id ${order}, seq ${order}`;
  const { rows } = await db.read<AuditEntry>(
    `SELECT ${entryColumns} FROM audit WHERE ${page} LIMIT $2`,
    userId === undefined ? [seq, limit] : [seq, limit, userId],
  );
  return rows;
}

/** Runs tasks one after another, in the order of the calls, so that a read of the chain sees earlier changes. */
function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
