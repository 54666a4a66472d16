/** The port of the sessions: one row each, under the SHA-256 of the id and without the id itself (ruling G6). */

import type { User } from './accounts.ts';
import type { AuditContext } from './audit.ts';
import type { Awaitable } from './awaitable.ts';

export interface Session {
  /** The public name of the session; unique, and no credential. */
  readonly handle: string;
  readonly userId: string;
  /** The contract that began it. */
  readonly contract: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** The instant of death unless it is used before; never later than `expiresAt`. */
  readonly idleExpiresAt: number;
  /** The instant of death in any case. */
  readonly expiresAt: number;
  /** The instant when its owner last verified the password in it. */
  readonly provenAt: number;
  /** The client's network at the login. */
  readonly network: string;
  /** A readable name of the device at the login; empty if unknown. */
  readonly device: string;
}

export interface SessionWithUser {
  readonly session: Session;
  /** `undefined` if one of the two records of the user is missing (ruling R2). */
  readonly user: User | undefined;
}

/** The record of a session that ended, kept for a while. */
export interface EndedSession {
  readonly handle: string;
  readonly userId: string;
  readonly endedAt: number;
  /** The event that ended it, as in its audit entry; `expiry` for an expired one. */
  readonly event: string;
  /** The outcome of that entry; `idle` or `over_age` for an expired one. */
  readonly outcome: string;
  /** The contract that ended it; for an expired one, the contract that began it. */
  readonly contract: string;
}

/** The way a session expired: idle, or over its absolute lifetime. */
export interface Death {
  readonly state: 'idle' | 'over_age';
  readonly diedAt: number;
}

/** Is told of sessions that ended, with the reason in their audit entries. It must not throw. */
export type SessionEndListener = (ended: readonly Session[], context: AuditContext) => void;

/** A page of the sessions of a user: the most recently used first, by descending handle where the instants are equal. */
export interface SessionQuery {
  /** The last session of the previous page. */
  readonly before?: Pick<Session, 'lastSeenAt' | 'handle'> | undefined;
  readonly limit: number;
}

/** The maximum of sessions of a user, and the reason why the least recently used ones end beyond it. */
export interface Cap {
  /** At least 1. */
  readonly limit: number;
  /** Sessions that end in one step; `endBeyond` ends the rest. */
  readonly step: number;
  readonly context: AuditContext;
}

/**
 * Ids are the SHA-256 of session ids: 64 hexadecimal digits. The sweep, and every method that removes a session with an
 * audit context, records the end in the same step.
 */
export interface SessionStore {
  /**
   * Tells the listener of the sessions that each step of this process ends with an audit entry: after the commit, and before
   * the caller continues. Not of sessions that expire, that end together with their account or with those of all users, or
   * that get another id. One listener at a time.
   */
  listen(listener: SessionEndListener): void;
  /**
   * Writes a session, unless its user does not exist. With a cap, sessions beyond it end in the same step: concurrent
   * logins end no more than necessary, and never the new session. `over_cap` means that the session was written and a whole
   * step of sessions ended: there may be more.
   */
  insert(
    idHash: string,
    session: Session,
    context?: AuditContext,
    cap?: Cap,
  ): Promise<'inserted' | 'over_cap' | 'unknown_account'>;
  /**
   * Ends the least recently used sessions of a user beyond a cap, at most one step of them; returns how many. Sessions that
   * are dead at `at` do not count. Each end gets an audit entry.
   */
  endBeyond(userId: string, at: number, cap: Cap): Promise<number>;
  /** Reads a session together with its user now, in one query. */
  findWithUser(idHash: string): Awaitable<SessionWithUser | undefined>;
  /** One page of the sessions of a user, including dead ones that are not swept yet. */
  ofUser(userId: string, query: SessionQuery): Promise<Session[]>;
  /**
   * Records a use of a session. It may be written up to 100 ms later, together with others, and may be lost in a crash. It
   * never replaces a later use and never revives an ended session. If several processes record a use, it is not written
   * over one later than `unlessAfter` (default: `lastSeenAt`).
   */
  touch(idHash: string, lastSeenAt: number, idleExpiresAt: number, unlessAfter?: number): void;
  /**
   * Gives a session another id and marks it as confirmed at `provenAt`; the old id is dead, for the reason in the audit
   * context. `false` if the session has ended.
   */
  prove(idHash: string, newIdHash: string, provenAt: number, context?: AuditContext): Promise<boolean>;
  /**
   * Gives a session another id; the old one is dead. `false` if the session has ended. The audit context is the reason for
   * the old id's end, and makes no audit entry.
   */
  rotate(idHash: string, newIdHash: string, context?: AuditContext): Promise<boolean>;
  /**
   * Removes the sessions of a short list of ids in one step, and returns those that were alive, by the hash of their id and
   * in order of creation: of concurrent calls exactly one gets a session. Each gets an audit entry. A session that had
   * expired, by `deathOf` (default: none), is removed as by the sweep: it is recorded as expired, gets no entry and is not
   * returned. Resolves when all ends are durable, including those of sessions that other calls removed.
   */
  remove(
    idHashes: readonly string[],
    context?: AuditContext,
    deathOf?: (session: Session) => Death | undefined,
  ): Promise<Map<string, Session>>;
  /** Removes one session of a user by its handle, but none of another user. */
  removeByHandle(userId: string, handle: string, context?: AuditContext): Promise<Session | undefined>;
  /**
   * Removes at most `limit` sessions of a user, the most recently used first, except one if given; each gets an audit
   * entry. Fewer than `limit` means that none is left. If the excepted session has ended meanwhile, nothing is removed: of
   * two sessions that end each other, one stays.
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
   * Removes at most `limit` sessions of any users, without audit entries; returns how many. Fewer than `limit` means that
   * none is left of those that existed when the step began.
   */
  removeAny(limit: number, context: AuditContext): Promise<number>;
  /** The record of an ended session, by the hash of its last id. */
  findEnded(idHash: string): Promise<EndedSession | undefined>;
  /** Removes at most `limit` records of sessions that ended before `before`; returns how many. */
  sweepEnded(before: number, limit: number): Promise<number>;
  /** Removes at most `limit` sessions with `idleExpiresAt` at or before `now`, earliest first; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
