/** What the rules ask of a store: small interfaces in which every method is one atomic step. */

import type { Awaitable } from './awaitable.ts';

/** One account as a registration writes it: an `auth` row and a `users` row (ruling G2). */
export interface NewAccount {
  readonly userId: string;
  /** The identifier as it was typed. */
  readonly identifier: string;
  /** The identifier in canonical form (ruling G3), unique bytewise. */
  readonly canonical: string;
  /** A password hash in PHC form. */
  readonly passwordHash: string;
  readonly createdAt: number;
}

/** What a login finds under a canonical identifier. */
export interface Credential {
  readonly userId: string;
  readonly identifier: string;
  readonly passwordHash: string;
  /** `false` when the `users` row of this credential is missing (ruling R2). */
  readonly hasUser: boolean;
}

/** A user as other people may know it. */
export interface User {
  readonly id: string;
  readonly identifier: string;
  readonly createdAt: number;
}

export interface AccountStore {
  /** Writes both rows of an account or neither; whoever comes second under one canonical identifier is told so. */
  create(account: NewAccount): Promise<'created' | 'identifier_taken'>;
  /** Finds the credential under a canonical identifier. */
  findCredential(canonical: string): Awaitable<Credential | undefined>;
  /** Finds a user that has both rows. */
  findUser(userId: string): Awaitable<User | undefined>;
  /** Replaces a password hash if it is still the expected one; tells whether it was. */
  replaceHash(canonical: string, expected: string, replacement: string): Promise<boolean>;
}

/** A session as it is kept, under the SHA-256 of its id and without the id itself (ruling G6). */
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
}

/** Sessions by the SHA-256 of their ids: 64 hexadecimal digits. */
export interface SessionStore {
  /** Writes a session; rejects if its user does not exist. */
  insert(idHash: string, session: Session): Promise<void>;
  find(idHash: string): Awaitable<Session | undefined>;
  /**
   * Notes a use of a session. It may be written up to 100 ms later, together with others, and may be lost in a
   * crash; it gives way to a later use that was noted already, and never brings back a session that was ended.
   */
  touch(idHash: string, lastSeenAt: number, idleExpiresAt: number): void;
  /** Removes a session and returns what was removed: of many that race for one session exactly one gets it. */
  remove(idHash: string): Promise<Session | undefined>;
  /** Removes at most `most` sessions with `idleExpiresAt` at or before `now`, earliest first; returns how many. */
  sweep(now: number, most: number): Promise<number>;
}

/** One counter an attempt must fit into. */
export interface Quota {
  /** A SHA-256 that stands for what is counted: 64 hexadecimal digits. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** What became of an attempt: counted under every quota, or under none. */
export type Counted =
  | { readonly allowed: true; readonly windowEndsAt: readonly number[] }
  | { readonly allowed: false; readonly freeAt: number };

/**
 * How much earlier than another an attempt may be by its own account: it carries the instant its request began, and
 * requests overtake one another, above all those that are sent slowly on purpose.
 */
export const clockSlackMs = 60_000;

export interface ThrottleStore {
  /**
   * Counts one attempt under all quotas, or under none if any of them is full. A window starts with the first
   * attempt counted in it. `windowEndsAt` follows the order of `quotas`; `freeAt` is when the last full one ends.
   * A window that ends more than {@link clockSlackMs} later than one started now was written under a wrong clock or
   * another setting, and does not count.
   */
  take(quotas: readonly Quota[], now: number): Promise<Counted>;
  /** Takes one attempt back out of the window it was counted in; does nothing once that window is gone. */
  giveBack(key: string, windowEndsAt: number): Promise<void>;
  /** Removes at most `most` windows that ended at or before `now`, earliest first; returns how many. */
  sweep(now: number, most: number): Promise<number>;
}

/**
 * A store of one engine. Every method throws {@link StoreUnavailable}, or rejects with it, when the store cannot
 * answer.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly throttle: ThrottleStore;
  /** Resolves only if the store answers and still holds its schema (ruling B2). */
  ping(): Promise<void>;
  /** Writes what is still waiting and lets go of the store. */
  close(): Promise<void>;
}

/** The store cannot answer now. Nothing may be concluded about what it holds (ruling G9). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store cannot be opened at all; the message tells the operator what to do. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}
