/** Ends sessions inside a step of the writer: deletes their rows and records their ends. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, Cap, Death, Ending, Session, SessionEndListener } from '../../port/port.ts';
import { byCreation, type EndCause, expiryOf } from '../../shared/session-ends.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Writer } from '../connection/writer.ts';
import { type Ended, endedIn } from './ended-sessions.ts';
import { removalStatements } from './session-rows.ts';

/** A session with the hash of its id. */
interface Removed extends Session {
  readonly idHash: string;
}

export class SessionRemoval {
  readonly #chain: AuditChain;
  readonly #writer: Writer;
  readonly #statements: ReturnType<typeof removalStatements>;
  readonly ended: Ended;
  #listener: SessionEndListener = () => {};

  constructor(db: DatabaseSync, chain: AuditChain, writer: Writer) {
    this.#chain = chain;
    this.#writer = writer;
    this.#statements = removalStatements(db);
    this.ended = endedIn(db);
  }

  listen(listener: SessionEndListener): void {
    this.#listener = listener;
  }

  /** Ends the sessions of a list of ids; returns those that were alive, as `SessionStore.remove` does. */
  endEach(
    idHashes: readonly string[],
    context: AuditContext | undefined,
    deathOf: ((session: Session) => Death | undefined) | undefined,
  ): Map<string, Session> {
    const rows = idHashes.flatMap((idHash) => this.#statements.one.all(idHash)) as unknown as Removed[];
    const removed = new Map<string, Session>();
    for (const row of rows.toSorted(byCreation)) {
      const death = deathOf?.(row);
      const [session] = this.#gone([{ ...row }], death ? expiryOf(row, death) : context);
      if (death || !session) continue;
      this.#audit(context, [session]);
      removed.set(row.idHash, session);
    }
    return removed;
  }

  /** Ends a session of a user by its handle. */
  endByHandle(userId: string, handle: string, context: AuditContext | undefined): Session | undefined {
    const [removed] = this.#gone(this.#statements.byHandle.all(handle, userId), context);
    if (removed) this.#audit(context, [removed]);
    return removed;
  }

  /** Ends at most `limit` sessions of a user, or of all but one, with an audit entry for each. */
  endOfUser(
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context: AuditContext | undefined,
  ): Session[] {
    const removed = this.#gone(this.#statements.ofUser.all(userId, exceptHandle ?? null, limit), context);
    this.#audit(context, removed);
    return removed;
  }

  /** Ends at most `limit` sessions of a user, without audit entries; returns how many. */
  dropOfUser(userId: string, limit: number, context: AuditContext | undefined): number {
    return this.#gone(this.#statements.ofUser.all(userId, null, limit), context).length;
  }

  /** Ends the least recently used sessions of a user beyond a cap; returns how many. */
  endBeyond(userId: string, at: number, cap: Cap, exceptHandle: string): number {
    const handles = this.#handlesBeyond(userId, at, cap, exceptHandle);
    const order = new Map(handles.map((handle, n) => [handle, n]));
    const place = ({ handle }: Session) => order.get(handle) ?? 0;
    const removed = this.#gone(this.#statements.byHandles.all(JSON.stringify(handles), userId), cap.context);
    removed.sort((a, b) => place(a) - place(b));
    this.#audit(cap.context, removed);
    return removed.length;
  }

  /** Ends at most `limit` sessions of any users, without audit entries; returns how many. */
  endAny(limit: number, context: AuditContext): number {
    return this.#gone(this.#statements.any.all(limit), context).length;
  }

  /** Ends at most `limit` expired sessions, earliest first; returns how many. */
  endExpired(now: number, limit: number): number {
    this.ended.noteExpired(now, limit);
    return Number(this.#statements.expired.run(now, limit).changes);
  }

  /** Whether a user has at least `limit` sessions, not counting the excepted one. */
  hasMany(userId: string, { exceptHandle, limit }: Pick<Ending, 'exceptHandle' | 'limit'>): boolean {
    return this.#statements.countOfUser.get(userId, exceptHandle ?? null, limit)?.['count'] === limit;
  }

  sessionExists(userId: string, handle: string): boolean {
    return this.#statements.sessionExists.get(userId, handle) !== undefined;
  }

  /** Handles beyond the cap, the least recently used first, from a bounded read of both ends of the list. */
  #handlesBeyond(userId: string, at: number, { limit, step }: Cap, exceptHandle: string): string[] {
    const { countLive, selectOldest } = this.#statements;
    const live = Number(countLive.get(userId, exceptHandle, at, limit + step)?.['live']);
    if (live <= limit) return [];
    const rows = selectOldest.all(userId, exceptHandle, at, live - limit);
    return rows.map(({ handle }) => String(handle));
  }

  /** Writes an audit entry for each session, and tells the listener when the step is durable. */
  #audit(context: AuditContext | undefined, ended: readonly Session[]): void {
    if (!context || ended.length === 0) return;
    this.#chain.appendEach(context, ended);
    this.#writer.committed(() => this.#listener(ended, context));
  }

  /** Records the ends of removed rows, and returns the sessions in order of creation. */
  #gone(rows: readonly Record<string, unknown>[], cause: EndCause | undefined): Session[] {
    const removed = rows.map((row) => {
      const { idHash, ...session } = row as unknown as Removed;
      this.ended.note(idHash, session, cause);
      return session;
    });
    return removed.sort(byCreation);
  }
}
