/** A model of a PostgreSQL database: transactions commit in any order, late or never, and a failover loses the last ones. */

import type { Session, SessionWithUser } from '../../../src/storage/port/port.ts';
import { maxUnread, type RevocationRow } from '../../../src/storage/shared/revocations.ts';
import { isVisible, snapshotIn, snapshotOf, textOf } from './snapshots.ts';

interface FeedRow extends RevocationRow {
  readonly xid: number;
}

interface State {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly disabled: ReadonlySet<string>;
  readonly feed: readonly FeedRow[];
  /** The latest transaction that is over. */
  readonly latestOver: number;
}

/** Sessions that were alive from an instant on, until the next one of the history. */
export interface Moment {
  readonly at: number;
  readonly live: ReadonlyMap<string, Session>;
}

export interface Transaction {
  readonly xid: number;
  readonly rows: FeedRow[];
  readonly changes: ((state: { sessions: Map<string, Session>; disabled: Set<string> }) => void)[];
}

export class ModelDatabase {
  readonly #now: () => number;
  #state: State = { sessions: new Map(), disabled: new Set(), feed: [], latestOver: 999 };
  /** The states before each commit, the latest last. */
  #before: State[] = [];
  #open = new Map<number, Transaction>();
  #nextXid = 1_000;
  readonly history: Moment[] = [];
  /** The number of the server: another one takes over in a failover. */
  server = 1;

  constructor(now: () => number) {
    this.#now = now;
    const first = this.begin();
    first.rows.push({ xid: first.xid, kind: 'mark', key: '' });
    this.commit(first);
  }

  begin(): Transaction {
    const transaction: Transaction = { xid: this.#nextXid, rows: [], changes: [] };
    this.#nextXid += 1;
    this.#open.set(transaction.xid, transaction);
    return transaction;
  }

  write(transaction: Transaction, kind: FeedRow['kind'], key = ''): void {
    transaction.rows.push({ xid: transaction.xid, kind, key });
  }

  /** Whether it committed: a transaction of a server that is gone does not. */
  commit(transaction: Transaction): boolean {
    if (!this.#isOpen(transaction)) return false;
    this.#before.push(this.#state);
    const sessions = new Map(this.#state.sessions);
    const disabled = new Set(this.#state.disabled);
    for (const change of transaction.changes) change({ sessions, disabled });
    this.#state = { ...this.#state, sessions, disabled, feed: [...this.#state.feed, ...transaction.rows] };
    this.#over(transaction);
    this.#note();
    return true;
  }

  rollBack(transaction: Transaction): void {
    if (this.#isOpen(transaction)) this.#over(transaction);
  }

  /** A use is written at once: an own transaction, which writes no row of the feed. */
  change(idHash: string, change: (session: Session) => Session): void {
    const session = this.#state.sessions.get(idHash);
    if (!session) return;
    this.#state = { ...this.#state, sessions: new Map(this.#state.sessions).set(idHash, change(session)) };
    this.#note();
  }

  find(idHash: string): SessionWithUser | undefined {
    const session = this.#state.sessions.get(idHash);
    if (!session) return undefined;
    const { userId } = session;
    const disabledAt = this.#state.disabled.has(userId) ? 1 : null;
    const rest = { createdAt: 1, email: null, emailVerifiedAt: null, disabledAt };
    return { session, user: { id: userId, identifier: userId, ...rest } };
  }

  /** Another server takes over, without the last commits; their transactions come again, for others. */
  failOver(lost: number): void {
    const keep = Math.max(1, this.#before.length - lost);
    this.#state = this.#before[keep] ?? this.#state;
    this.#before = this.#before.slice(0, keep);
    this.#open = new Map();
    this.#nextXid = this.#state.latestOver + 1;
    this.server += 1;
    this.#note();
  }

  /** Rows of the feed vanish by hand, and no trigger tells. */
  emptyFeed(): void {
    this.#state = { ...this.#state, feed: [] };
  }

  get #source(): string {
    return `16384 ${this.server}`;
  }

  get #snapshot() {
    return snapshotOf(this.#open.keys(), this.#state.latestOver);
  }

  /** What the question of the reader finds (`ask` in `revocation-reader.ts`). */
  readFeed(question: string) {
    const text = /'([\d:,]+)'::pg_snapshot/.exec(question)?.[1];
    const last = text === undefined ? undefined : snapshotIn(text);
    const own = this.#state.feed.filter(({ xid }) => xid < this.#snapshot.xmax);
    const isSeen = ({ xid }: FeedRow) => !last || isVisible(xid, last);
    const unread = own
      .filter((row) => last && row.xid >= last.xmin && !isSeen(row) && row.kind !== 'mark')
      .slice(0, maxUnread + 1);
    return {
      snapshot: textOf(this.#snapshot),
      // A restored dump has other tables, and a failover leads to another server.
      source: this.#source,
      isWritten: true,
      hasMark: own.some(({ kind }) => kind === 'mark'),
      isContinuous: own.some((row) => row.kind === 'mark' && isSeen(row)),
      kinds: unread.map(({ kind }) => kind),
      keys: unread.map(({ key }) => key),
    };
  }

  /** What a sweep does in its transaction: sets a mark and answers with the snapshot, or removes what one shows. */
  setMark(transaction: Transaction): { readonly snapshot: string; readonly source: string }[] {
    const { feed } = this.#state;
    if (feed.length > 0 && feed.every(({ kind }) => kind === 'mark')) return [];
    this.write(transaction, 'mark');
    return [{ snapshot: textOf(this.#snapshot), source: this.#source }];
  }

  removeSeen(snapshot: string, source: string, limit: number): number {
    if (source !== this.#source) return 0;
    const seen = this.#state.feed.filter(({ xid }) => isVisible(xid, snapshotIn(snapshot))).slice(0, limit);
    this.#state = { ...this.#state, feed: this.#state.feed.filter((row) => !seen.includes(row)) };
    return seen.length;
  }

  #isOpen(transaction: Transaction): boolean {
    return this.#open.get(transaction.xid) === transaction;
  }

  #over({ xid }: Transaction): void {
    this.#open.delete(xid);
    this.#state = { ...this.#state, latestOver: Math.max(this.#state.latestOver, xid) };
  }

  #note(): void {
    const { sessions, disabled } = this.#state;
    const live = new Map([...sessions].filter(([, { userId }]) => !disabled.has(userId)));
    this.history.push({ at: this.#now(), live });
  }
}
