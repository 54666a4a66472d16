/** Sessions in PostgreSQL: one row each under the hash of the id. */

import type {
  AuditContext,
  Cap,
  Death,
  EndedSession,
  Session,
  SessionEndListener,
  SessionQuery,
  SessionStore,
  SessionWithUser,
} from '../../port/port.ts';
import { behindSessions } from '../../shared/paging.ts';
import { byCreation, expiryOf } from '../../shared/session-ends.ts';
import type { TouchBuffer } from '../../shared/touch-buffer.ts';
import type { AuditOutbox } from '../audit/audit-outbox.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import type { SessionLookup } from '../cluster/session-lookup.ts';
import type { Database } from '../connection/transaction.ts';
import { hashAndSessionColumns, type KeptSession, sessionColumns, sessionOf } from '../rows.ts';
import { lockUserExclusive, lockUserShared } from '../user-lock.ts';
import { confirmEnds, endAny, endExpired, findEnded, forgetEnded } from './ended-sessions.ts';
import type { SessionRemoval } from './session-removal.ts';
import { deleteEach, deleteSessions, insertSession, sessionExists } from './session-rows.ts';

export interface SessionParts {
  readonly db: Database;
  readonly lookup: SessionLookup;
  readonly notifier: RevocationNotifier;
  readonly removal: SessionRemoval;
  readonly touchBuffer: TouchBuffer;
  readonly outbox: AuditOutbox;
}

export class PostgresSessions implements SessionStore {
  readonly #db: Database;
  readonly #parts: SessionParts;
  readonly #removal: SessionRemoval;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#db = parts.db;
    this.#removal = parts.removal;
  }

  listen(listener: SessionEndListener): void {
    this.#removal.listen(listener);
  }

  insert(
    idHash: string,
    session: Session,
    context?: AuditContext,
    cap?: Cap,
  ): Promise<'inserted' | 'over_cap' | 'unknown_account'> {
    const { userId, handle, createdAt } = session;
    const { outbox } = this.#parts;
    return this.#db.step(async (run) => {
      const isUser = await (cap ? lockUserExclusive : lockUserShared)(run, userId);
      if (!isUser) return 'unknown_account';
      await insertSession(run, idHash, session);
      await outbox.add(run, context, { userId, handle });
      if (!cap) return 'inserted';
      const { limit, step } = cap;
      const beyond = { userId, at: createdAt, limit: limit - 1, step, exceptHandle: handle };
      return (await this.#removal.endBeyond(run, beyond, cap.context)) === step ? 'over_cap' : 'inserted';
    });
  }

  endBeyond(userId: string, at: number, { limit, step, context }: Cap): Promise<number> {
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, userId);
      return this.#removal.endBeyond(run, { userId, at, limit, step, exceptHandle: '' }, context);
    });
  }

  findWithUser(idHash: string): Promise<SessionWithUser | undefined> {
    return this.#parts.lookup.find(idHash);
  }

  async ofUser(userId: string, { before = behindSessions, limit }: SessionQuery): Promise<Session[]> {
    const { rows } = await this.#db.read<Session>(
      `SELECT ${sessionColumns} FROM sessions WHERE user_id = $1 AND (last_seen_at, handle) < ($2, $3)
       ORDER BY last_seen_at DESC, handle DESC LIMIT $4`,
      [userId, before.lastSeenAt, before.handle, limit],
    );
    return rows;
  }

  touch(idHash: string, lastSeenAt: number, idleExpiresAt: number, unlessAfter = lastSeenAt): void {
    this.#parts.touchBuffer.note(idHash, { lastSeenAt, idleExpiresAt, unlessAfter });
  }

  prove(idHash: string, newIdHash: string, provenAt: number, context?: AuditContext): Promise<boolean> {
    return this.#renew(idHash, newIdHash, provenAt, context);
  }

  rotate(idHash: string, newIdHash: string, context?: AuditContext): Promise<boolean> {
    return this.#renew(idHash, newIdHash, null, context);
  }

  remove(
    idHashes: readonly string[],
    context?: AuditContext,
    deathOf?: (session: Session) => Death | undefined,
  ): Promise<Map<string, Session>> {
    return this.#db.step(async (run) => {
      const rows = (await deleteEach(run, idHashes)).toSorted(byCreation);
      const gone = new Set(rows.map(({ idHash }) => idHash));
      // Also if it is unknown whether they ended.
      run.afterwards(() => this.#parts.notifier.sessionsRevoked(gone));
      const others = idHashes.filter((idHash) => !gone.has(idHash));
      if (others.length > 0) {
        const ended = new Set(await confirmEnds(run, others));
        const missing = others.filter((idHash) => !ended.has(idHash));
        run.afterwards(() => this.#parts.notifier.sessionsRevoked(ended));
        run.afterwards(() => this.#parts.notifier.sessionsMissing(missing));
      }
      const alive: KeptSession[] = [];
      for (const row of rows) {
        const death = deathOf?.(row);
        if (death) await this.#removal.gone(run, [row], expiryOf(row, death));
        else alive.push(row);
      }
      await this.#removal.ended(run, alive, context);
      return new Map(alive.map((row) => [row.idHash, sessionOf(row)]));
    });
  }

  removeByHandle(userId: string, handle: string, context?: AuditContext): Promise<Session | undefined> {
    return this.#db.step(async (run) => {
      const rows = await deleteSessions(run, 'user_id = $1 AND handle = $2', [userId, handle]);
      return (await this.#removal.ended(run, rows, context))[0];
    });
  }

  removeOfUser(
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context?: AuditContext,
  ): Promise<Session[]> {
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, userId);
      if (exceptHandle !== undefined && !(await sessionExists(run, userId, exceptHandle))) return [];
      return this.#removal.endOfUser(run, userId, exceptHandle, limit, context);
    });
  }

  async findByHandle(handle: string, userId?: string): Promise<Session | undefined> {
    const [whose, values] = userId === undefined ? ['', [handle]] : ['AND user_id = $2', [handle, userId]];
    const sql = `SELECT ${sessionColumns} FROM sessions WHERE handle = $1 ${whose}`;
    return (await this.#db.read<Session>(sql, values)).rows[0];
  }

  removeAny(limit: number, context: AuditContext): Promise<number> {
    return this.#db.step(async (run) => {
      const idHashes = await endAny(run, limit, context);
      run.afterwards(() => this.#parts.notifier.sessionsRevoked(idHashes));
      return idHashes.length;
    });
  }

  findEnded(idHash: string): Promise<EndedSession | undefined> {
    return findEnded(this.#db.read, idHash);
  }

  sweepEnded(before: number, limit: number): Promise<number> {
    return this.#db.step((run) => forgetEnded(run, before, limit));
  }

  sweep(now: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => (await endExpired(run, now, limit)).length);
  }

  /** Gives a session another id; a confirmation of the password makes an audit entry. */
  #renew(
    idHash: string,
    newIdHash: string,
    provenAt: number | null,
    context: AuditContext | undefined,
  ): Promise<boolean> {
    const { notifier, outbox, touchBuffer } = this.#parts;
    return this.#db.step(async (run) => {
      // Also if it is unknown whether it ended.
      run.afterwards(() => notifier.sessionsRevoked([idHash]));
      const { rows: renewed } = await run<KeptSession>(
        `UPDATE sessions SET id_hash = decode($2, 'hex'), proven_at = coalesce($3, proven_at)
         WHERE id_hash = decode($1, 'hex') RETURNING ${hashAndSessionColumns}`,
        [idHash, newIdHash, provenAt],
      );
      if (renewed.length === 0) return false;
      const old = renewed.map((row) => ({ ...row, idHash }));
      await this.#removal.gone(run, old, context);
      if (provenAt !== null) await outbox.addEach(run, context, renewed);
      run.afterwards(() => touchBuffer.move(idHash, newIdHash));
      return true;
    });
  }
}
