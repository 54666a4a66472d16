/** Finds sessions with their users for checks: from memory while it may be trusted, else many at once in one question. */

import type { Awaitable } from '../../port/awaitable.ts';
import {
  defaultFreshness,
  type Freshness,
  type Session,
  type SessionWithUser,
  StoreUnavailable,
  type User,
} from '../../port/port.ts';
import { rowsIn, shares } from '../../shared/session-cache.ts';
import { byteaArray } from '../connection/text.ts';
import type { Database } from '../connection/transaction.ts';
import { type CheckedRow, checkedColumns, sessionOf, textBytes, userOf } from '../rows.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** Sessions asked for in one question, and questions under way at once. */
const maxTogether = 200;
const maxQuestions = 2;

/** Ids without a session that are remembered for as long as sessions are. */
const maxAbsent = 8_192;

/** How long a check waits until it is asked for. */
const maxWaitMs = 1_500;

interface PendingLookup {
  readonly since: number;
  resolve(found: SessionWithUser | undefined): void;
  reject(reason: unknown): void;
}

/** What the memory of checks may cost, and how long it may be trusted. */
export interface MemoryLimits {
  /** How long an answer is trusted after it was asked for, in milliseconds; 0 for never. */
  readonly trustMs: number;
  /** What rows may take up by estimate; of each megabyte no more than a thousand. */
  readonly maxBytes: number;
}

/** Session by session: each is found by its key, whatever the planner knows of the tables. */
const selectChecked = `SELECT found.* FROM unnest($1::bytea[]) AS asked (id_hash), LATERAL (
    SELECT ${checkedColumns} FROM sessions
    LEFT JOIN users ON users.id = sessions.user_id LEFT JOIN auth ON auth.user_id = sessions.user_id
    WHERE sessions.id_hash = asked.id_hash LIMIT 1
  ) AS found`;

export class SessionLookup {
  readonly #db: Database;
  readonly sessions: ExpiringCache<Session>;
  /** Ids of no session: apart, so that made-up ids push no session out. */
  readonly #absent: ExpiringCache<true>;
  readonly users: ExpiringCache<User>;
  #waiting = new Map<string, PendingLookup[]>();
  #questions = 0;
  #isScheduled = false;

  constructor(db: Database, { trustMs, maxBytes }: MemoryLimits) {
    this.#db = db;
    const part = (share: number) => ({
      trustMs,
      maxBytes: maxBytes * share,
      maxEntries: rowsIn(maxBytes * share),
      sizeOf: textBytes,
    });
    this.sessions = new ExpiringCache<Session>(part(shares.sessions));
    this.users = new ExpiringCache<User>(part(shares.users));
    this.#absent = new ExpiringCache<true>({ ...part(1), maxEntries: maxAbsent, sizeOf: () => 0 });
  }

  /** As `SessionStore.findWithUser`. */
  findWithUser(
    idHash: string,
    freshness: Freshness = defaultFreshness,
  ): Awaitable<SessionWithUser | undefined> {
    if (freshness === 'current') return this.#ask(idHash);
    const now = performance.now();
    const session = this.sessions.get(idHash, now);
    if (session === undefined) return this.#absent.get(idHash, now) ? undefined : this.#ask(idHash);
    const user = this.users.get(session.userId, now);
    return user === undefined ? this.#ask(idHash) : { session, user };
  }

  /** Answered from memory, and by the database. */
  get lookups(): Record<'sessions' | 'users', { readonly hits: number; readonly misses: number }> {
    const { sessions, users } = this;
    const absent = this.#absent.hits;
    return { sessions: { hits: sessions.hits + absent, misses: sessions.misses - absent }, users };
  }

  /** Refuses a session from now on, whatever was read of it before. */
  forgetSession(idHash: string): void {
    this.sessions.forget(idHash, performance.now());
  }

  /** Looks for a session from now on that was begun here, also if its id was asked for before there was one. */
  expectSession(idHash: string): void {
    this.#absent.forget(idHash, performance.now());
  }

  forgetUser(userId: string): void {
    this.users.forget(userId, performance.now());
  }

  forgetAll(): void {
    const now = performance.now();
    this.sessions.clear(now);
    this.users.clear(now);
    this.#absent.clear(now);
  }

  /** Every question is asked after those that wait for its answer came: none is answered by what was read before. */
  #ask(idHash: string): Promise<SessionWithUser | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(idHash);
      const one = { since: performance.now(), resolve, reject };
      if (waiting) waiting.push(one);
      else this.#waiting.set(idHash, [one]);
      if (this.#isScheduled || this.#questions >= maxQuestions) return;
      this.#isScheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    this.#isScheduled = false;
    this.#giveUp(performance.now() - maxWaitMs);
    while (this.#waiting.size > 0 && this.#questions < maxQuestions) {
      const asked = new Map([...this.#waiting].slice(0, maxTogether));
      for (const idHash of asked.keys()) this.#waiting.delete(idHash);
      this.#questions += 1;
      this.#answer(asked).finally(() => {
        this.#questions -= 1;
        this.#flush();
      });
    }
  }

  /** While questions are not answered, the queue of those that wait does not grow. */
  #giveUp(before: number): void {
    for (const [idHash, waiting] of this.#waiting) {
      if (waiting.some(({ since }) => since > before)) return;
      this.#waiting.delete(idHash);
      for (const { reject } of waiting)
        reject(new StoreUnavailable('Too many checks wait for the database.'));
    }
  }

  async #answer(asked: ReadonlyMap<string, readonly PendingLookup[]>): Promise<void> {
    try {
      const found = await this.#find([...asked.keys()]);
      for (const [idHash, waiting] of asked) for (const { resolve } of waiting) resolve(found.get(idHash));
    } catch (error) {
      for (const waiting of asked.values()) for (const { reject } of waiting) reject(error);
    }
  }

  /** What was seen to be gone is not accepted here again, whatever an older question may still bring. */
  async #find(idHashes: readonly string[]): Promise<Map<string, SessionWithUser>> {
    const found = new Map<string, SessionWithUser>();
    const askedAt = performance.now();
    const { rows } = await this.#db.read<CheckedRow>(selectChecked, [byteaArray(idHashes)], 'checked');
    const now = performance.now();
    for (const row of rows) {
      const [session, user] = [sessionOf(row), userOf(row)];
      found.set(row.idHash, { session, user });
      if (user) this.users.put(user.id, user, askedAt, now);
      if (!this.#absent.isKept(row.idHash, askedAt)) this.sessions.put(row.idHash, session, askedAt, now);
    }
    for (const idHash of idHashes) {
      if (found.has(idHash)) continue;
      this.#absent.put(idHash, true, askedAt, now);
      // Not of an id that was made up: what is to be forgotten takes up space.
      if (this.sessions.isKept(idHash)) this.sessions.forget(idHash, now);
    }
    return found;
  }
}
