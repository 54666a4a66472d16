/** Finds sessions with their users for checks, many in one query. */

import { type SessionWithUser, StoreUnavailable } from '../../port/port.ts';
import { byteaArray } from '../connection/text.ts';
import type { Database } from '../connection/transaction.ts';
import { type CheckedRow, checkedColumns, sessionOf, userOf } from '../rows.ts';

/** Sessions in one query, and concurrent queries. */
const maxTogether = 200;
const maxQuestions = 2;

/** The longest wait of a check for its query, in milliseconds. */
const maxWaitMs = 1_500;

interface PendingLookup {
  readonly since: number;
  resolve(found: SessionWithUser | undefined): void;
  reject(reason: unknown): void;
}

/** Session by session, so that each is found by its key, whatever plan the planner prefers. */
const selectChecked = `SELECT found.* FROM unnest($1::bytea[]) AS asked (id_hash), LATERAL (
    SELECT ${checkedColumns} FROM sessions
    LEFT JOIN users ON users.id = sessions.user_id LEFT JOIN auth ON auth.user_id = sessions.user_id
    WHERE sessions.id_hash = asked.id_hash LIMIT 1
  ) AS found`;

export class SessionLookup {
  readonly #db: Database;
  #waiting = new Map<string, PendingLookup[]>();
  #questions = 0;
  #isScheduled = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Every query starts after the checks that wait for it, so that no answer is older than its check. */
  find(idHash: string): Promise<SessionWithUser | undefined> {
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

  async #find(idHashes: readonly string[]): Promise<Map<string, SessionWithUser>> {
    const { rows } = await this.#db.read<CheckedRow>(selectChecked, [byteaArray(idHashes)], 'checked');
    return new Map(rows.map((row) => [row.idHash, { session: sessionOf(row), user: userOf(row) }]));
  }
}
