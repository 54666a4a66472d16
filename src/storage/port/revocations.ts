/** The port of the feed of revocations: what ended or changed, for the caches of all processes (ruling N2). */

/** Is told of revocations, each at least once. */
export interface RevocationListener {
  /** A session ended, changed, or was given another id; its last use does not count. */
  sessionRevoked(idHash: string): void;
  /** A user was changed, disabled, enabled or removed. */
  userRevoked(userId: string): void;
  /** Anything may have ended or changed. */
  allRevoked(reason: AllRevoked): void;
}

/**
 * - `first_read`: the feed is read for the first time, or over a new connection.
 * - `feed`: the feed says so, after a restore, a migration, or a table that was emptied.
 * - `missed`: rows were removed before this process read them, or the database or its tables are others.
 * - `too_many`: there are more unread rows than a process reads one by one.
 */
export type AllRevoked = 'first_read' | 'feed' | 'missed' | 'too_many';

/**
 * The feed of revocations. A row is written in the transaction that ends a session or changes what a check shows of it or
 * of its user, also if that is done by hand. The expiry of a session writes none: its instant is known.
 */
export interface RevocationFeed {
  /** Tells the listener of every revocation from now on. One listener at a time. */
  listen(listener: RevocationListener): void;
  /**
   * Whether the listener was told of every revocation that was acknowledged a second ago (on SQLite: that was acknowledged
   * at all). A revocation by this process is told before it is acknowledged. On SQLite it throws `StoreUnavailable` if the
   * store cannot answer.
   */
  isFresh(): boolean;
  /** Removes at most `limit` rows that were first seen here two minutes before `now` (monotonic); returns how many. */
  sweep(limit: number, now?: number): Promise<number>;
}
