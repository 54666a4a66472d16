/** The port of the accounts: a credential in `auth` and a user in `users` (ruling G2). */

import type { AuditContext } from './audit.ts';
import type { Awaitable } from './awaitable.ts';

/** The data of a new account. */
export interface NewAccount {
  readonly userId: string;
  /** The identifier as it was typed. */
  readonly identifier: string;
  /** The identifier in canonical form (ruling G3), unique bytewise. */
  readonly canonical: string;
  /** A password hash in PHC form. */
  readonly passwordHash: string;
  readonly createdAt: number;
  /** The address mails go to; not yet verified. */
  readonly email: string | null;
}

/** The invitation that a registration uses up, and the instant. */
export interface UsedInvitation {
  /** The SHA-256 of its token: 64 hexadecimal digits. */
  readonly tokenHash: string;
  readonly at: number;
}

/** The credential of a canonical identifier. */
export interface Credential {
  readonly userId: string;
  readonly identifier: string;
  readonly passwordHash: string;
  /** `false` when the `users` row of this credential is missing (ruling R2). */
  readonly hasUser: boolean;
  readonly isDisabled: boolean;
  /** Whether the user has a second factor: an authenticator app or a passkey (ruling F1). */
  readonly hasSecondFactor: boolean;
}

export interface User {
  readonly id: string;
  readonly identifier: string;
  readonly createdAt: number;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly disabledAt: number | null;
}

/** A new address, and the new identifier if the account is named by its address. */
export interface NewEmail {
  readonly email: string;
  readonly canonical: string;
  readonly verifiedAt: number;
}

/** A page of users by creation, oldest first. */
export interface UserQuery {
  /** Part of the canonical identifier. */
  readonly matching?: string | undefined;
  /** The last user of the previous page. */
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** Sessions of a user that end with another change, and the reason; each gets an audit entry. */
export interface Ending {
  /** The one session that stays. */
  readonly exceptHandle?: string | undefined;
  /** Sessions that end in one step. */
  readonly limit: number;
  readonly context: AuditContext;
}

export interface AccountStore {
  /**
   * Writes both rows of an account or neither; refuses a canonical identifier that exists. With `invitation`, the account
   * is made only if it is the invitation for the name and has not expired. Making an account removes any invitation for its
   * name in the same step; a refusal leaves it.
   */
  create(
    account: NewAccount,
    context?: AuditContext,
    invitation?: UsedInvitation,
  ): Promise<'created' | 'identifier_taken' | 'not_invited'>;
  /** Finds the credential under a canonical identifier. */
  findCredential(canonical: string): Awaitable<Credential | undefined>;
  /** Finds the credential of a user. */
  findCredentialOf(userId: string): Awaitable<Credential | undefined>;
  /** Finds a user that has both rows. */
  findUser(userId: string): Awaitable<User | undefined>;
  list(query: UserQuery): Promise<User[]>;
  /**
   * Replaces a password hash if it is still the expected one. With `ending`, the sessions of the user end in the same step,
   * so that no crash leaves one alive that the old password began. If there may be more than the limit, that many end and
   * the hash stays: `sessions_left` asks for another call. With the hash, and `ending`, the browser tokens of the user go:
   * nothing that was begun with the old password is completed with the new one (ruling F4).
   */
  replaceHash(
    userId: string,
    expected: string,
    replacement: string,
    context?: AuditContext,
    ending?: Ending,
  ): Promise<'replaced' | 'not_expected' | 'sessions_left'>;
  /** Marks an address as verified; `false` if it is no longer the user's address. */
  verifyEmail(userId: string, email: string, at: number, context?: AuditContext): Promise<boolean>;
  /** Replaces the address, and the identifier of an account that is named by its address. */
  changeEmail(
    userId: string,
    to: NewEmail,
    context?: AuditContext,
  ): Promise<'changed' | 'identifier_taken' | 'unknown_account'>;
  /** Disables an account (`at`) or enables it (`null`); `false` if the user does not exist. */
  setDisabled(userId: string, at: number | null, context?: AuditContext): Promise<boolean>;
  /**
   * Removes an account with everything that belongs to it but its audit entries; `false` if it does not exist. This step
   * removes its credential, its address and its tokens, and none of its sessions has a user any more. It removes at most
   * `limit` sessions and `limit` devices; if there may be more, `reclaim` removes them and the row in `users`.
   */
  remove(userId: string, limit: number, context?: AuditContext): Promise<boolean>;
  /**
   * Continues the removal of an account: removes at most `limit` of its sessions, which ended for the reason of the audit
   * context, and of its devices, and after the last ones its row in `users`. `false` if no such account is left.
   */
  reclaim(limit: number, context?: AuditContext): Promise<boolean>;
  /**
   * Reads at most `limit` disabled users in order of their ids, beginning after an id, and ends at most `limit` sessions of
   * the first who has any, each with an audit entry. Returns the id to continue after; `undefined` at the end.
   */
  endOfDisabled(after: string, limit: number, context: AuditContext): Promise<string | undefined>;
}
