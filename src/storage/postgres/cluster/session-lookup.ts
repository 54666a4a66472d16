/** Finds sessions with their users for checks: from the cache while it is valid, otherwise many in one query. */

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

/** Sessions in one query, and concurrent queries. */
const maxTogether = 200;
const maxQuestions = 2;

/** Ids without a session that are cached for as long as sessions are. */
const maxAbsent = 8_192;

/** The longest wait of a check for its query, in milliseconds. */
const maxWaitMs = 1_500;

interface PendingLookup {
  readonly since: number;
  resolve(found: SessionWithUser | undefined): void;
  reject(reason: unknown): void;
}

/** The bounds of the cache for checks. */
export interface MemoryLimits {
  /** The validity of an answer from the start of its query, in milliseconds; 0 for none. */
  readonly trustMs: number;
  /** The estimated size of the rows; at most a thousand rows for each megabyte. */
  readonly maxBytes: number;
}

/** Session by session, so that each is found by its key, whatever plan the planner prefers. */
const selectChecked = `SELECT found.* FROM unnest($1::bytea[]) AS asked (id_hash), LATERAL (
    SELECT ${checkedColumns} FROM sessions
    LEFT JOIN users ON users.id = sessions.user_id LEFT JOIN auth ON auth.user_id = sessions.user_id
    WHERE sessions.id_hash = asked.id_hash LIMIT 1
  ) AS found`;

export class SessionLookup {
  readonly #db: Database;
  readonly sessions: ExpiringCache<Session>;
  /** Ids without a session, in a cache of their own, so that invented ids displace no session. */
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

  /** Lookups answered from the cache, and by the database. */
  get lookups(): Record<'sessions' | 'users', { readonly hits: number; readonly misses: number }> {
    const { sessions, users } = this;
    const absent = this.#absent.hits;
    return { sessions: { hits: sessions.hits + absent, misses: sessions.misses - absent }, users };
  }

  /** Refuses a session from now on, whatever an earlier query returns. */
  forgetSession(idHash: string): void {
    this.sessions.forget(idHash, performance.now());
  }

  /** Finds a session that just began here, even if its id was looked up before. */
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

  /** Every query starts after the checks that wait for it, so that no answer is older than its check. */
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

  /** Rejects checks that have waited too long, so that the queue is bounded while the database does not answer. */
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

  /** A session that was not found is never cached again by the answer of an older query. */
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
      // Only for a cached id: an invented one would take up space.
      if (this.sessions.isKept(idHash)) this.sessions.forget(idHash, now);
    }
    return found;
  }
}
