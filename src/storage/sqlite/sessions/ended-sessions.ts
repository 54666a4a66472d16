/** Records of ended sessions: one row each under the hash of the id, kept for a while. */

import type { DatabaseSync } from 'node:sqlite';
import type { EndedSession, Session } from '../../port/port.ts';
import type { EndCause } from '../../shared/session-ends.ts';

/** Call every method inside a step of the writer or a read of the reader. */
export interface Ended {
  /** Records the end of a session; without a cause nothing is recorded. */
  note(idHash: string, session: Pick<Session, 'handle' | 'userId'>, cause: EndCause | undefined): void;
  /** Records the sessions that the sweep with the same arguments is about to remove. */
  noteExpired(now: number, limit: number): void;
  find(idHash: string): EndedSession | undefined;
  /** Removes records of ends before `before`. */
  forget(before: number, limit: number): number;
}

export function endedIn(db: DatabaseSync): Ended {
  const into = 'INSERT OR REPLACE INTO ended (id_hash, handle, user_id, ended_at, event, outcome, contract)';
  const insert = db.prepare(`${into} VALUES (unhex(?), ?, ?, ?, ?, ?, ?)`);
  const insertExpired = db.prepare(
    `${into} SELECT id_hash, handle, user_id, idle_expires_at, 'expiry',
       iif(idle_expires_at < expires_at, 'idle', 'over_age'), contract
     FROM sessions WHERE idle_expires_at <= ? ORDER BY idle_expires_at LIMIT ?`,
  );
  const select = db.prepare(
    `SELECT handle, user_id AS userId, ended_at AS endedAt, event, outcome, contract
     FROM ended WHERE id_hash = unhex(?)`,
  );
  const forget = db.prepare(
    `DELETE FROM ended WHERE id_hash IN
     (SELECT id_hash FROM ended WHERE ended_at < ? ORDER BY ended_at LIMIT ?)`,
  );

  return {
    note(idHash, { handle, userId }, cause) {
      if (!cause) return;
      insert.run(idHash, handle, userId, cause.at, cause.event, cause.outcome, cause.contract);
    },
    noteExpired: (now, limit) => void insertExpired.run(now, limit),
    find: (idHash) => select.get(idHash) as EndedSession | undefined,
    forget: (before, limit) => Number(forget.run(before, limit).changes),
  };
}
