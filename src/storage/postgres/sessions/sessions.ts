/** Sessions in PostgreSQL: one row each under its user and the hash of the id. */

import type { AuditContext, Ending, Session, SessionStore } from '../../port/port.ts';
import { behindSessions } from '../../shared/paging.ts';
import { byCreation, type EndCause, expiryOf } from '../../shared/session-ends.ts';
import type { TouchBuffer } from '../../shared/touch-buffer.ts';
import type { AuditOutbox } from '../audit/audit-outbox.ts';
import { own } from '../cluster/owners.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import type { Checks } from '../cluster/session-lookup.ts';
import type { Database, InStep, Run } from '../connection/transaction.ts';
import { hashAndSessionColumns, type KeptSession, sessionColumns, sessionOf } from '../rows.ts';
import { lockUserExclusive, lockUserShared } from '../user-lock.ts';
import { confirmEnds, endAny, endExpired, findEnded, forgetEnded, noteEnded } from './ended-sessions.ts';
import { type Beyond, handlesBeyond } from './session-cap.ts';
import { hasMany, insertSession, isThere, removeEach, usedLast } from './session-rows.ts';

/** Removals of the sessions of a user inside another step, which holds the user's row. */
export interface SessionsOfUser {
  /** At most `limit`, or of all but one, with an entry in the audit for each. */
  end(
    run: InStep,
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context: AuditContext | undefined,
  ): Promise<Session[]>;
  /** Whether there are `limit`, or all but one, or more: as many as end in one step. */
  hasMany(run: Run, userId: string, which: Pick<Ending, 'exceptHandle' | 'limit'>): Promise<boolean>;
  /** At most `limit`, without an entry for each; returns how many. */
  drop(run: InStep, userId: string, limit: number, context: AuditContext | undefined): Promise<number>;
}

/** What the sessions work with. */
export interface SessionParts {
  readonly db: Database;
  readonly checks: Checks;
  readonly notifier: RevocationNotifier;
  readonly touchBuffer: TouchBuffer;
  readonly outbox: AuditOutbox;
}

export function sessionsIn(parts: SessionParts): SessionStore & { readonly inStep: SessionsOfUser } {
  const { db, checks, notifier, touchBuffer, outbox } = parts;
  const { owners } = checks;

  function forgetEach(idHashes: Iterable<string>): void {
    for (const idHash of idHashes) checks.forgetSession(idHash);
  }

  /** Notes why sessions are gone, has them forgotten everywhere, and returns them in order of creation. */
  async function gone(
    run: InStep,
    rows: readonly KeptSession[],
    cause: EndCause | undefined,
  ): Promise<Session[]> {
    run.afterwards(() => notifier.ended(rows.map(({ idHash }) => idHash)));
    await noteEnded(run, rows, cause);
    return rows.toSorted(byCreation).map(sessionOf);
  }

  /** As `gone`, with an entry in the audit for each. */
  async function ended(
    run: InStep,
    rows: readonly KeptSession[],
    context: AuditContext | undefined,
  ): Promise<Session[]> {
    const sessions = await gone(run, rows, context);
    await outbox.addEach(run, context, sessions);
    return sessions;
  }

  /** Deletes sessions of the user `$1`. */
  async function take(run: Run, where: string, values: readonly unknown[]): Promise<KeptSession[]> {
    const { rows } = await run<KeptSession>(
      `DELETE FROM sessions WHERE ${where} RETURNING ${hashAndSessionColumns}`,
      values,
    );
    return rows;
  }

  const ofUser = (run: Run, userId: string, exceptHandle: string | undefined, limit: number) =>
    take(run, usedLast, [userId, exceptHandle ?? null, limit]);

  const inStep: SessionsOfUser = {
    end: async (run, userId, exceptHandle, limit, context) =>
      ended(run, await ofUser(run, userId, exceptHandle, limit), context),
    hasMany,
    drop: async (run, userId, limit, context) =>
      (await gone(run, await ofUser(run, userId, undefined, limit), context)).length,
  };

  /** Ends the sessions used least recently of those a user has beyond a cap; returns how many. */
  async function endBeyond(run: InStep, asked: Beyond, context: AuditContext): Promise<number> {
    const handles = await handlesBeyond(run, asked);
    if (handles.length === 0) return 0;
    const surplus = await take(run, 'user_id = $1 AND handle = ANY ($2::text[])', [asked.userId, handles]);
    // Of those that end together the one used least recently ends first, as it would one by one.
    const order = new Map(handles.map((handle, n) => [handle, n]));
    const place = ({ handle }: Session) => order.get(handle) ?? 0;
    const sessions = surplus.toSorted((a, b) => place(a) - place(b));
    await gone(run, sessions, context);
    await outbox.addEach(run, context, sessions);
    return sessions.length;
  }

  /** Gives a session another id; a proof of the password leaves an entry in the audit. */
  async function renew(
    idHash: string,
    newIdHash: string,
    provenAt: number | null,
    context?: AuditContext,
  ): Promise<boolean> {
    const userId = await owners.of(db, idHash);
    if (userId === undefined) return false;
    return db.step(async (run) => {
      // Also where its end is in doubt.
      run.afterwards(() => forgetEach([idHash]));
      const { rows: renewed } = await run<KeptSession>(
        `UPDATE sessions SET id_hash = decode($3, 'hex'), proven_at = coalesce($4, proven_at)
         WHERE user_id = $1 AND id_hash = decode($2, 'hex') RETURNING ${hashAndSessionColumns}`,
        [userId, idHash, newIdHash, provenAt],
      );
      if (renewed.length === 0) return false;
      run.afterwards(() => checks.expectSession(newIdHash));
      await own(run, newIdHash, userId);
      const old = renewed.map((row) => ({ ...row, idHash }));
      await gone(run, old, context);
      if (provenAt !== null) await outbox.addEach(run, context, renewed);
      run.afterwards(() => touchBuffer.move(idHash, newIdHash));
      return true;
    });
  }

  return {
    inStep,

    insert: (idHash, session, context, cap) =>
      db.step(async (run) => {
        const { userId, handle } = session;
        const isUser = await (cap ? lockUserExclusive : lockUserShared)(run, userId);
        if (!isUser) return 'unknown_account';
        run.afterwards(() => checks.expectSession(idHash));
        await own(run, idHash, userId);
        await insertSession(run, idHash, session);
        await outbox.add(run, context, { userId, handle });
        if (!cap) return 'inserted';
        const { limit, step } = cap;
        const asked = { userId, at: session.createdAt, limit: limit - 1, step, exceptHandle: handle };
        return (await endBeyond(run, asked, cap.context)) === step ? 'over_cap' : 'inserted';
      }),

    endBeyond: (userId, at, { limit, step, context }) =>
      db.step(async (run) => {
        await lockUserExclusive(run, userId);
        return endBeyond(run, { userId, at, limit, step, exceptHandle: '' }, context);
      }),

    find: (idHash, freshness) => checks.session(idHash, freshness),

    async ofUser(userId, { before = behindSessions, limit }) {
      const { lastSeenAt, handle } = before;
      const { rows } = await db.read<Session>(
        `SELECT ${sessionColumns} FROM sessions WHERE user_id = $1 AND (last_seen_at, handle) < ($2, $3)
         ORDER BY last_seen_at DESC, handle DESC LIMIT $4`,
        [userId, lastSeenAt, handle, limit],
      );
      return rows;
    },

    touch(idHash, lastSeenAt, idleExpiresAt, unlessAfter = lastSeenAt) {
      touchBuffer.note(idHash, { lastSeenAt, idleExpiresAt, unlessAfter });
      // Other checks within the time of trust need not note it again.
      checks.sessions.change(idHash, (session) =>
        session.lastSeenAt < lastSeenAt ? { ...session, lastSeenAt, idleExpiresAt } : session,
      );
    },

    prove: renew,
    rotate: (idHash, newIdHash, context) => renew(idHash, newIdHash, null, context),

    async remove(idHashes, context, deathOf) {
      const ownersOf = await owners.find(db, idHashes);
      if (ownersOf.size === 0) return new Map();
      return db.step(async (run) => {
        // Also where their end is in doubt.
        run.afterwards(() => forgetEach(ownersOf.keys()));
        const rows = (await removeEach(run, ownersOf)).toSorted(byCreation);
        // A step that removes something waits for the standbys anyway.
        if (rows.length === 0) await confirmEnds(run, ownersOf);
        const alive: KeptSession[] = [];
        for (const row of rows) {
          const death = deathOf?.(row);
          if (death) await gone(run, [row], expiryOf(row, death));
          else alive.push(row);
        }
        await ended(run, alive, context);
        return new Map(alive.map((row) => [row.idHash, sessionOf(row)]));
      });
    },

    removeByHandle: (userId, handle, context) =>
      db.step(async (run) => {
        const [removed] = await ended(
          run,
          await take(run, 'user_id = $1 AND handle = $2', [userId, handle]),
          context,
        );
        return removed;
      }),

    removeOfUser: (userId, exceptHandle, limit, context) =>
      db.step(async (run) => {
        await lockUserExclusive(run, userId);
        if (exceptHandle !== undefined && !(await isThere(run, userId, exceptHandle))) return [];
        return inStep.end(run, userId, exceptHandle, limit, context);
      }),

    async findByHandle(handle, userId) {
      const [whose, values] = userId === undefined ? ['', [handle]] : ['AND user_id = $2', [handle, userId]];
      const sql = `SELECT ${sessionColumns} FROM sessions WHERE handle = $1 ${whose}`;
      return (await db.read<Session>(sql, values)).rows[0];
    },

    removeAny: (limit, context) =>
      db.step(async (run) => {
        const idHashes = await endAny(run, limit, context);
        run.afterwards(() => notifier.ended(idHashes));
        return idHashes.length;
      }),

    async findEnded(idHash) {
      const userId = await owners.of(db, idHash);
      return userId === undefined ? undefined : findEnded(db.read, userId, idHash);
    },

    sweepEnded: (before, limit) => db.step((run) => forgetEnded(run, before, limit)),

    sweep: (now, limit) =>
      db.step(async (run) => {
        const ended = await endExpired(run, now, limit);
        // Every node knows by itself that these are dead; what is kept of them takes up space for nothing.
        run.afterwards(() => forgetEach(ended));
        return ended.length;
      }),
  };
}
