/** A node on the model of a database: the real reader, notifier, feed, cache and check, over slow and broken lines. */

import { Sessions } from '../../../src/concepts/sessions/sessions.ts';
import { digest } from '../../../src/crypto/ids.ts';
import { type SessionStore, StoreUnavailable } from '../../../src/storage/port/port.ts';
import { RevocationNotifier } from '../../../src/storage/postgres/cluster/revocation-notifier.ts';
import { RevocationReader } from '../../../src/storage/postgres/cluster/revocation-reader.ts';
import { PostgresRevocations } from '../../../src/storage/postgres/cluster/revocations.ts';
import type { Client } from '../../../src/storage/postgres/connection/client.ts';
import type { Answer, Database, InStep } from '../../../src/storage/postgres/connection/transaction.ts';
import { SessionCache } from '../../../src/storage/shared/session-cache.ts';
import { SessionCheck } from '../../../src/usecases/session-check.ts';
import type { ModelDatabase, Transaction } from './database.ts';
import type { ManualClock } from './manual-clock.ts';

/** The time until a question is evaluated, and then until the answer arrives; `isLost` for a question that fails. */
export interface Delay {
  readonly evaluatedMs: number;
  readonly answeredMs: number;
  readonly isLost?: boolean | undefined;
}

/** The time until a step commits, or is rolled back, and then until that is acknowledged. */
export interface Commit {
  readonly commitMs: number;
  readonly acknowledgedMs: number;
  readonly isRolledBack: boolean;
}

const idleSeconds = 90;

export class ModelNode {
  readonly #database: ModelDatabase;
  readonly #clock: ManualClock;
  readonly #reader: RevocationReader;
  readonly #notifier: RevocationNotifier;
  readonly #check: SessionCheck;
  readonly feed: PostgresRevocations;
  readonly cache: SessionCache;
  /** The line of the reader of the feed. */
  line: Delay = { evaluatedMs: 1, answeredMs: 1 };
  /** The line of the next read of a session. */
  rows: Delay = { evaluatedMs: 1, answeredMs: 1 };
  /** The instants of commits that this node has acknowledged, by the hash of the id that ended. */
  readonly ended = new Map<string, number>();
  #connection = 0;

  constructor(database: ModelDatabase, clock: ManualClock, notify: (from: ModelNode, at: number) => void) {
    this.#database = database;
    this.#clock = clock;
    this.#reader = new RevocationReader({
      trustMs: 1_000,
      isReadOnly: () => false,
      onChange: () => {},
      onRead: () => {},
    });
    const steps = this.#stepsOn((at) => notify(this, at));
    this.#notifier = new RevocationNotifier(steps, 'node', () => clock.now);
    this.feed = new PostgresRevocations(steps, this.#reader, this.#notifier);
    this.cache = new SessionCache(this.feed, 1_000_000);
    const rules = { idleSeconds, lifetimeSeconds: 2_592_000, browserSeconds: 86_400, maxPerUser: 0 };
    const sessions = new Sessions(this.#sessionStore() as SessionStore, rules);
    this.#check = new SessionCheck({ sessions, cache: this.cache }, () => 'accepted');
    this.connect();
  }

  /** Connects the reader anew, to the server of now. */
  connect(): void {
    this.#connection += 1;
    const connection = this.#connection;
    const query = async (question: string) => {
      await this.#clock.sleep(this.line.evaluatedMs);
      if (connection !== this.#connection || this.line.isLost) throw new Error('The connection is lost.');
      const rows = [this.#database.readFeed(question)];
      await this.#clock.sleep(this.line.answeredMs);
      return [{ rows: [] }, { rows }];
    };
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <Result>(ask: () => Promise<Result>) => {
      const turn = last.then(ask);
      last = turn.catch(() => {});
      return turn;
    };
    this.#reader.start({ query, inTurn } as unknown as Client);
  }

  disconnect(): void {
    this.#connection += 1;
    this.#reader.stop();
  }

  /** A notification arrives, also a forged one. */
  notify(at: number): void {
    this.#reader.notify(at);
  }

  /** Whether a check lets its owner in; rejects if the store cannot answer. */
  async check(id: string, now: number): Promise<boolean> {
    return (await this.#check.answer(id, now)) !== undefined;
  }

  /** Runs a step of this node, which tells its own cache when it is acknowledged; `undefined` if it did not commit. */
  async step(
    work: (transaction: Transaction) => void,
    revoked: { readonly idHash?: string; readonly userId?: string },
    { commitMs, acknowledgedMs, isRolledBack }: Commit,
  ): Promise<number | undefined> {
    const transaction = this.#database.begin();
    work(transaction);
    await this.#clock.sleep(commitMs);
    if (isRolledBack) this.#database.rollBack(transaction);
    const isCommitted = !isRolledBack && this.#database.commit(transaction);
    const committedAt = this.#clock.now;
    await this.#clock.sleep(acknowledgedMs);
    if (revoked.idHash !== undefined) this.#notifier.sessionsRevoked([revoked.idHash]);
    if (revoked.userId !== undefined) this.#notifier.userRevoked(revoked.userId);
    return isCommitted ? committedAt : undefined;
  }

  #sessionStore(): Pick<SessionStore, 'findWithUser' | 'touch'> {
    const [database, clock] = [this.#database, this.#clock];
    return {
      findWithUser: async (idHash) => {
        const { evaluatedMs, answeredMs, isLost } = this.rows;
        const { server } = database;
        await clock.sleep(evaluatedMs);
        if (isLost || server !== database.server) throw new StoreUnavailable('The connection is lost.');
        const found = database.find(idHash);
        await clock.sleep(answeredMs);
        return found;
      },
      touch: (idHash, lastSeenAt, idleExpiresAt, unlessAfter = lastSeenAt) =>
        database.change(idHash, (session) =>
          session.lastSeenAt <= Math.min(unlessAfter, lastSeenAt - 1)
            ? { ...session, lastSeenAt, idleExpiresAt }
            : session,
        ),
    };
  }

  /** The statements of a notification and of a sweep. */
  #stepsOn(notified: (at: number) => void): Database {
    const [database, clock] = [this.#database, this.#clock];
    const step: Database['step'] = async (work) => {
      const transaction = database.begin();
      const run = async (text: string, values: readonly unknown[] = []): Promise<Answer<never>> => {
        await clock.sleep(1);
        const [first, second, third] = values;
        if (text.startsWith('SELECT pg_notify')) notified(JSON.parse(String(second)).at);
        else if (text.startsWith('INSERT INTO revocations'))
          return { rows: database.setMark(transaction) as never[], count: 1 };
        else if (text.startsWith('DELETE FROM revocations'))
          return { rows: [], count: database.removeSeen(String(first), String(second), Number(third)) };
        else throw new Error(`The model does not know this statement: ${text}`);
        return { rows: [], count: 0 };
      };
      const result = await work(Object.assign(run, { afterwards: () => {} }) as unknown as InStep);
      await clock.sleep(this.line.answeredMs);
      if (!database.commit(transaction)) throw new StoreUnavailable('The connection is lost.');
      return result;
    };
    return { step, read: () => Promise.reject(new Error('The model reads nothing else.')) };
  }
}

/** A session that was used at an instant. */
export function sessionUsedAt(handle: string, userId: string, now: number) {
  return {
    handle,
    userId,
    contract: 'rest',
    createdAt: now,
    lastSeenAt: now,
    idleExpiresAt: now + idleSeconds * 1_000,
    expiresAt: now + 2_592_000_000,
    provenAt: now,
    network: '',
    device: '',
  };
}

/** The instant of death of a session that is not used again. */
export function diesAt(session: { readonly lastSeenAt: number; readonly idleExpiresAt: number }): number {
  return Math.min(session.idleExpiresAt, session.lastSeenAt + idleSeconds * 1_000);
}

/** The id of a session with a number, and its hash. */
export function idOf(n: number): { readonly id: string; readonly idHash: string } {
  const id = `session-${n}`;
  return { id, idHash: digest(id) };
}
