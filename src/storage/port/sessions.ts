/** The port of the sessions: one row each, under the SHA-256 of the id and without the id itself (ruling G6). */

import type { User } from './accounts.ts';
import type { AuditContext } from './audit.ts';
import type { Awaitable } from './awaitable.ts';
import type { Freshness } from './freshness.ts';

export interface Session {
  /** The public name of the session; unique, of no use as a credential. */
  readonly handle: string;
  readonly userId: string;
  /** The contract that made it. */
  readonly contract: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** When it dies unless it is used before; never later than `expiresAt`. */
  readonly idleExpiresAt: number;
  /** When it dies whatever happens. */
  readonly expiresAt: number;
  /** When its owner last proved the password in it. */
  readonly provenAt: number;
  /** The client's network when it began. */
  readonly network: string;
  /** A readable name of the device it was made on; empty if the client did not say. */
  readonly device: string;
}

export interface SessionWithUser {
  readonly session: Session;
  /** `undefined` if one of the two records of the user is gone (ruling R2). */
  readonly user: User | undefined;
}

/** What is kept for a while of a session that ended. */
export interface EndedSession {
  readonly handle: string;
  readonly userId: string;
  readonly endedAt: number;
  /** The event that ended it, as its entry in the audit names it; `expiry` for one that died by itself. */
  readonly event: string;
  /** Why, as its entry says; `idle` or `over_age` for one that died by itself. */
  readonly outcome: string;
  /** The contract it was ended through; of one that died by itself, the one that made it. */
  readonly contract: string;
}

/** How a session died by itself: left unused, or too old. */
export interface Death {
  readonly state: 'idle' | 'over_age';
  readonly diedAt: number;
}

/** A page of the sessions of a user: the one used last first, by handle backwards where the instants are equal. */
export interface SessionQuery {
  /** The last session of the page before. */
  readonly before?: Pick<Session, 'lastSeenAt' | 'handle'> | undefined;
  readonly limit: number;
}

/** How many sessions a user may have, and why those used least recently end beyond it. */
export interface Cap {
  /** At least 1. */
  readonly limit: number;
  /** How many end in one step at most; more are left to `endBeyond`. */
  readonly step: number;
  readonly context: AuditContext;
}

/**
 * Ids are the SHA-256 of session ids: 64 hexadecimal digits. Whatever removes a session on behalf of an audit context, and the
 * sweep, notes in the same step that it ended.
 */
export interface SessionStore {
  /**
   * Writes a session, unless its user does not exist. With a cap, what the user then has beyond it ends in the same
   * step: of many logins at once none ends more than it should, and the new session never. `over_cap` says that the
   * session was written, and that as many ended as may end in one step: there may be more.
   */
  insert(
    idHash: string,
    session: Session,
    context?: AuditContext,
    cap?: Cap,
  ): Promise<'inserted' | 'over_cap' | 'unknown_account'>;
  /**
   * Ends the sessions used least recently of those a user has beyond a cap, as many as may end in one step; returns how
   * many. Sessions that are dead at `at` do not count. Each leaves an entry in the audit.
   */
  endBeyond(userId: string, at: number, cap: Cap): Promise<number>;
  /** Finds a session together with its user, in one question. Without a freshness it is {@link defaultFreshness}. */
  findWithUser(idHash: string, freshness?: Freshness): Awaitable<SessionWithUser | undefined>;
  /** One page of the sessions of a user, dead ones that were not swept yet among them. */
  ofUser(userId: string, query: SessionQuery): Promise<Session[]>;
  /**
   * Notes a use of a session. It may be written up to 100 ms later, together with others, and may be lost in a
   * crash; it gives way to a later use that was noted already, and never brings back a session that was ended. Of
   * several processes on one store each may find that a use is to be written: nothing is if another one wrote a use later
   * than `unlessAfter` (default: `lastSeenAt`).
   */
  touch(idHash: string, lastSeenAt: number, idleExpiresAt: number, unlessAfter?: number): void;
  /**
   * Gives a session another id, in which the password counts as proven at `provenAt`; the old id is dead from then on,
   * for the reason of the audit context. `false` if it was ended.
   */
  prove(idHash: string, newIdHash: string, provenAt: number, context?: AuditContext): Promise<boolean>;
  /**
   * Gives a session another id; the old one is dead from then on. `false` if it was ended. The audit context says why the old
   * id ended, and leaves no entry in the audit.
   */
  rotate(idHash: string, newIdHash: string, context?: AuditContext): Promise<boolean>;
  /**
   * Removes the sessions of a short list of ids in one step, and returns those that were alive, by the hash of their id
   * and in order of creation: of many callers that race for one session exactly one gets it. Each leaves an entry in the
   * audit. A session that had died by itself, as `deathOf` says (default: none had), is removed as the sweep would: it is
   * noted as expired, leaves no entry and is not returned. Resolves when all ends are durable, also those of sessions
   * that were not there any more.
   */
  remove(
    idHashes: readonly string[],
    context?: AuditContext,
    deathOf?: (session: Session) => Death | undefined,
  ): Promise<Map<string, Session>>;
  /** Removes one session of a user by its handle; another user's is left alone. */
  removeByHandle(userId: string, handle: string, context?: AuditContext): Promise<Session | undefined>;
  /**
   * Removes at most `limit` sessions of a user, those used last first, except one if asked; leaves an entry in the audit
   * for each. Fewer than `limit` are returned only if none is left. On behalf of a session that is to be spared and was
   * itself ended meanwhile nothing is removed: of two that end each other one does.
   */
  removeOfUser(
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context?: AuditContext,
  ): Promise<Session[]>;
  /** Finds a session by its handle: of one user, or of any. */
  findByHandle(handle: string, userId?: string): Promise<Session | undefined>;
  /**
   * Removes at most `limit` sessions of any users, and leaves no entry in the audit; returns how many. Fewer than `limit` are
   * removed only if none is left of those there were when the step began.
   */
  removeAny(limit: number, context: AuditContext): Promise<number>;
  /** What is kept of a session that ended, by the hash of the id it ended with. */
  findEnded(idHash: string): Promise<EndedSession | undefined>;
  /** Forgets at most `limit` sessions that ended before `before`; returns how many. */
  sweepEnded(before: number, limit: number): Promise<number>;
  /** Removes at most `limit` sessions with `idleExpiresAt` at or before `now`, earliest first; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
