/** Sessions in SQLite: one row each under the hash of the id; uses are written back in batches. */

import type { DatabaseSync } from 'node:sqlite';
import type { Session, SessionStore } from '../port.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** How long uses are gathered before one commit writes them all. */
const gatherMs = 100;

interface Touch {
  readonly idHash: string;
  readonly lastSeenAt: number;
  readonly idleExpiresAt: number;
}

const columns = `handle, user_id AS userId, contract, created_at AS createdAt,
  last_seen_at AS lastSeenAt, idle_expires_at AS idleExpiresAt, expires_at AS expiresAt`;

/** A session store that can be told to write back what it has gathered. */
export interface GatheringSessionStore extends SessionStore {
  /** Resolves when all gathered uses are written. */
  writeBack(): Promise<void>;
}

export function sessionsIn(db: DatabaseSync, reader: Reader, writer: Writer): GatheringSessionStore {
  const insert = db.prepare(
    `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at, expires_at)
     VALUES (unhex(?), ?, ?, ?, ?, ?, ?, ?)`,
  );
  const select = db.prepare(`SELECT ${columns} FROM sessions WHERE id_hash = unhex(?)`);
  const update = db.prepare(
    'UPDATE sessions SET last_seen_at = ?, idle_expires_at = ? WHERE id_hash = unhex(?) AND last_seen_at < ?',
  );
  const remove = db.prepare(`DELETE FROM sessions WHERE id_hash = unhex(?) RETURNING ${columns}`);
  const sweep = db.prepare(
    `DELETE FROM sessions WHERE id_hash IN
     (SELECT id_hash FROM sessions WHERE idle_expires_at <= ? ORDER BY idle_expires_at LIMIT ?)`,
  );

  const sessions = reader.remembering((idHash) => select.get(idHash) as Session | undefined);
  const touches = new Map<string, Touch>();
  let timer: NodeJS.Timeout | undefined;

  async function writeBack(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (touches.size === 0) return;
    const batch = [...touches.values()];
    touches.clear();
    await writer.write(() => {
      for (const { idHash, lastSeenAt, idleExpiresAt } of batch) {
        update.run(lastSeenAt, idleExpiresAt, idHash, lastSeenAt);
        sessions.forget(idHash);
      }
    });
  }

  return {
    insert: (idHash, session) =>
      writer.write(() => {
        const { handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
        insert.run(idHash, handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt);
      }),

    find: sessions.find,

    touch(idHash, lastSeenAt, idleExpiresAt) {
      // Requests overtake one another: the latest use counts, not the one noted last.
      const noted = touches.get(idHash);
      if (noted && noted.lastSeenAt >= lastSeenAt) return;
      touches.set(idHash, { idHash, lastSeenAt, idleExpiresAt });
      // A use that could not be written is noted again by the next check of the session.
      timer ??= setTimeout(() => writeBack().catch(() => {}), gatherMs).unref();
    },

    remove: (idHash) =>
      writer.write(() => {
        sessions.forget(idHash);
        return remove.get(idHash) as Session | undefined;
      }),

    sweep: (now, most) =>
      writer.write(() => {
        const { changes } = sweep.run(now, most);
        if (changes > 0) sessions.forgetAll();
        return Number(changes);
      }),

    writeBack,
  };
}
