/** Sessions in SQLite: one row each under the hash of the id; uses are written back in batches. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, Ending, Session, SessionStore } from '../../port/port.ts';
import { behindSessions } from '../../shared/paging.ts';
import { shares } from '../../shared/session-cache.ts';
import { byCreation, type EndCause, expiryOf } from '../../shared/session-ends.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';
import { endedIn } from './ended-sessions.ts';
import { beyondIn } from './session-cap.ts';
import { touchBufferIn } from './write-touches.ts';

const columns = `handle, user_id AS userId, contract, created_at AS createdAt,
  last_seen_at AS lastSeenAt, idle_expires_at AS idleExpiresAt, expires_at AS expiresAt,
  proven_at AS provenAt, network, device`;

const hashAndColumns = `lower(hex(id_hash)) AS idHash, ${columns}`;

/** A session with the hash it was kept under. */
interface Removed extends Session {
  readonly idHash: string;
}

/** Removals of the sessions of a user inside another step. */
export interface SessionsOfUser {
  /** At most `limit`, or of all but one, with an entry in the audit for each. */
  end(userId: string, exceptHandle: string | undefined, limit: number, context?: AuditContext): Session[];
  /** Whether there are `limit`, or all but one, or more: as many as end in one step. */
  hasMany(userId: string, which: Pick<Ending, 'exceptHandle' | 'limit'>): boolean;
  /** At most `limit`, without an entry for each; returns how many. */
  drop(userId: string, limit: number, context: AuditContext | undefined): number;
}

/** A session store with what the rest of the engine needs of it. */
export interface OwnSessionStore extends SessionStore {
  /** Resolves when all gathered uses are written. */
  flushTouches(): Promise<void>;
  readonly inStep: SessionsOfUser;
}

export function sessionsIn(
  db: DatabaseSync,
  reader: Reader,
  writer: Writer,
  chain: AuditChain,
): OwnSessionStore {
  const insert = db.prepare(
    `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at,
                           expires_at, proven_at, network, device)
     SELECT unhex(?), ?, id, ?, ?, ?, ?, ?, ?, ?, ? FROM users WHERE id = ? AND disabled_at IS NOT 0`,
  );
  const select = db.prepare(`SELECT ${columns} FROM sessions WHERE id_hash = unhex(?)`);
  const selectByHandle = db.prepare(`SELECT ${columns} FROM sessions WHERE handle = ?`);
  const selectByHandleOf = db.prepare(`SELECT ${columns} FROM sessions WHERE handle = ? AND user_id = ?`);
  const selectOfUser = db.prepare(
    `SELECT ${columns} FROM sessions WHERE user_id = ? AND (last_seen_at, handle) < (?, ?)
     ORDER BY last_seen_at DESC, handle DESC LIMIT ?`,
  );
  const rotate = db.prepare(
    'UPDATE sessions SET id_hash = unhex(?), proven_at = ifnull(?, proven_at) WHERE id_hash = unhex(?)',
  );
  const remove = db.prepare(`DELETE FROM sessions WHERE id_hash = unhex(?) RETURNING ${hashAndColumns}`);
  const removeByHandle = db.prepare(
    `DELETE FROM sessions WHERE handle = ? AND user_id = ? RETURNING ${hashAndColumns}`,
  );
  const removeByHandles = db.prepare(
    `DELETE FROM sessions WHERE handle IN (SELECT value FROM json_each(?)) AND +user_id = ?
     RETURNING ${hashAndColumns}`,
  );
  const removeOfUser = db.prepare(
    `DELETE FROM sessions WHERE id_hash IN
     (SELECT id_hash FROM sessions WHERE user_id = ? AND handle IS NOT ?
      ORDER BY last_seen_at DESC, handle DESC LIMIT ?) RETURNING ${hashAndColumns}`,
  );
  const countOfUser = db.prepare(
    'SELECT count(*) AS count FROM (SELECT 1 FROM sessions WHERE user_id = ? AND handle IS NOT ? LIMIT ?)',
  );
  const isThere = db.prepare('SELECT 1 FROM sessions WHERE user_id = ? AND handle = ?');
  const removeAny = db.prepare(
    `DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions LIMIT ?) RETURNING ${hashAndColumns}`,
  );
  const sweep = db.prepare(
    `DELETE FROM sessions WHERE id_hash IN
     (SELECT id_hash FROM sessions WHERE idle_expires_at <= ? ORDER BY idle_expires_at LIMIT ?)`,
  );

  const sessions = reader.remembering(shares.sessions, (idHash) => select.get(idHash) as Session | undefined);
  const touchBuffer = touchBufferIn(db, writer, sessions.forget);
  const ended = endedIn(db);
  const beyond = beyondIn(db);

  /** Forgets rows that were removed, notes why, and returns them as the port knows them, in order of creation. */
  function gone(rows: readonly Record<string, unknown>[], cause: EndCause | undefined): Session[] {
    const removed = rows.map((row) => {
      const { idHash, ...session } = row as unknown as Removed;
      sessions.forget(idHash);
      ended.note(idHash, session, cause);
      return session;
    });
    return removed.sort(byCreation);
  }

  const inStep: SessionsOfUser = {
    end(userId, exceptHandle, limit, context) {
      const removed = gone(removeOfUser.all(userId, exceptHandle ?? null, limit), context);
      chain.appendEach(context, removed);
      return removed;
    },
    hasMany: (userId, { exceptHandle = null, limit }) =>
      countOfUser.get(userId, exceptHandle, limit)?.['count'] === limit,
    drop: (userId, limit, context) => gone(removeOfUser.all(userId, null, limit), context).length,
  };

  /** Ends sessions of a user, with an entry in the audit for each, in the order of their handles; returns how many. */
  function endEach(userId: string, handles: readonly string[], context: AuditContext): number {
    const order = new Map(handles.map((handle, n) => [handle, n]));
    const place = ({ handle }: Session) => order.get(handle) ?? 0;
    const removed = gone(removeByHandles.all(JSON.stringify(handles), userId), context);
    chain.appendEach(
      context,
      removed.toSorted((a, b) => place(a) - place(b)),
    );
    return removed.length;
  }

  /** Gives a session another id, and returns it if it was there. */
  function renew(
    idHash: string,
    newIdHash: string,
    provenAt: number | null,
    context: AuditContext | undefined,
  ): Session | undefined {
    const session = select.get(idHash) as Session | undefined;
    if (!session || rotate.run(newIdHash, provenAt, idHash).changes === 0) return undefined;
    sessions.forget(idHash);
    sessions.forget(newIdHash);
    ended.note(idHash, session, context);
    touchBuffer.move(idHash, newIdHash);
    return session;
  }

  return {
    insert: (idHash, session, context, cap) =>
      writer.write(() => {
        const { handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
        const { provenAt, network, device } = session;
        const { changes } = insert.run(
          idHash,
          handle,
          contract,
          createdAt,
          lastSeenAt,
          idleExpiresAt,
          expiresAt,
          provenAt,
          network,
          device,
          userId,
        );
        if (changes === 0) return 'unknown_account';
        sessions.forget(idHash);
        chain.append(context, { userId, handle });
        if (!cap) return 'inserted';
        const besides = { ...cap, limit: cap.limit - 1 };
        const ending = beyond(userId, createdAt, besides, handle);
        return endEach(userId, ending, cap.context) === cap.step ? 'over_cap' : 'inserted';
      }),

    endBeyond: (userId, at, cap) =>
      writer.write(() => endEach(userId, beyond(userId, at, cap, ''), cap.context)),

    find: sessions.find,

    async ofUser(userId, { before = behindSessions, limit }) {
      const { lastSeenAt, handle } = before;
      const rows = reader.read(() => selectOfUser.all(userId, lastSeenAt, handle, limit));
      return rows as unknown as Session[];
    },

    touch: (idHash, lastSeenAt, idleExpiresAt, unlessAfter = lastSeenAt) =>
      touchBuffer.note(idHash, { lastSeenAt, idleExpiresAt, unlessAfter }),

    prove: (idHash, newIdHash, provenAt, context) =>
      writer.write(() => {
        const session = renew(idHash, newIdHash, provenAt, context);
        if (session) chain.append(context, session);
        return session !== undefined;
      }),

    rotate: (idHash, newIdHash, context) =>
      writer.write(() => renew(idHash, newIdHash, null, context) !== undefined),

    async remove(idHashes, context, deathOf) {
      // Ids of no session cost no commit: what can be seen to be gone is gone for good.
      if (!idHashes.some((idHash) => sessions.find(idHash))) return new Map();
      return writer.write(() => {
        const rows = idHashes.flatMap((idHash) => remove.all(idHash)) as unknown as Removed[];
        const removed = new Map<string, Session>();
        for (const row of rows.toSorted(byCreation)) {
          const death = deathOf?.(row);
          const [session] = gone([{ ...row }], death ? expiryOf(row, death) : context);
          if (death || !session) continue;
          chain.append(context, session);
          removed.set(row.idHash, session);
        }
        return removed;
      });
    },

    removeByHandle: (userId, handle, context) =>
      writer.write(() => {
        const [removed] = gone(removeByHandle.all(handle, userId), context);
        if (removed) chain.append(context, removed);
        return removed;
      }),

    removeOfUser: (userId, exceptHandle, limit, context) =>
      writer.write(() =>
        exceptHandle !== undefined && !isThere.get(userId, exceptHandle)
          ? []
          : inStep.end(userId, exceptHandle, limit, context),
      ),

    inStep,

    async findByHandle(handle, userId) {
      const find = () =>
        userId === undefined ? selectByHandle.get(handle) : selectByHandleOf.get(handle, userId);
      return reader.read(find) as Session | undefined;
    },

    removeAny: (limit, context) => writer.write(() => gone(removeAny.all(limit), context).length),

    findEnded: async (idHash) => reader.read(() => ended.find(idHash)),

    sweepEnded: (before, limit) => writer.write(() => ended.forget(before, limit)),

    sweep: (now, limit) =>
      writer.write(() => {
        ended.noteExpired(now, limit);
        const { changes } = sweep.run(now, limit);
        if (changes > 0) sessions.forgetAll();
        return Number(changes);
      }),

    flushTouches: () => touchBuffer.flush(),
  };
}
