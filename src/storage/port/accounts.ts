/** The port of the accounts: a credential in `auth` and a user in `users` (ruling G2). */

import type { AuditContext } from './audit.ts';
import type { Awaitable } from './awaitable.ts';

/** One account as a registration writes it. */
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

/** The invitation that a registration uses up, at an instant. */
export interface UsedInvitation {
  /** The SHA-256 of its token: 64 hexadecimal digits. */
  readonly tokenHash: string;
  readonly at: number;
}

/** What a login finds under a canonical identifier. */
export interface Credential {
  readonly userId: string;
  readonly identifier: string;
  readonly passwordHash: string;
  /** `false` when the `users` row of this credential is missing (ruling R2). */
  readonly hasUser: boolean;
  readonly isDisabled: boolean;
}

/** A user as it is kept. */
export interface User {
  readonly id: string;
  readonly identifier: string;
  readonly createdAt: number;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly disabledAt: number | null;
}

/** A new address, which is the identifier too where the account is named by an address. */
export interface NewEmail {
  readonly email: string;
  readonly canonical: string;
  readonly verifiedAt: number;
}

/** A page of users by creation, oldest first. */
export interface UserQuery {
  /** Part of the canonical identifier. */
  readonly matching?: string | undefined;
  /** The last user of the page before. */
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** Which sessions of a user end along with something, and why; each leaves an entry in the audit. */
export interface Ending {
  /** The one session that goes on. */
  readonly exceptHandle?: string | undefined;
  /** How many end in one step at most. */
  readonly limit: number;
  readonly context: AuditContext;
}

export interface AccountStore {
  /**
   * Writes both rows of an account or neither; the second one under a canonical identifier is told so. With
   * `invitation`, the account is made only if that is the invitation for the name and has not expired. An invitation for
   * the name ends in the same step, whether it was asked for or not; where no account is made, it stays.
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
   * Replaces a password hash if it is still the expected one. With `ending`, the sessions of the user end in the same
   * step, so that no crash leaves one alive that the old password began. If there may be more of them than end in one step,
   * as many end and the hash stays: `sessions_left` says that it is to be asked again.
   */
  replaceHash(
    userId: string,
    expected: string,
    replacement: string,
    context?: AuditContext,
    ending?: Ending,
  ): Promise<'replaced' | 'not_expected' | 'sessions_left'>;
  /** Notes that the owner of an address proved it; `false` if it is not the user's address any more. */
  verifyEmail(userId: string, email: string, at: number, context?: AuditContext): Promise<boolean>;
  /** Replaces the address, and the identifier of an account named by one. */
  changeEmail(
    userId: string,
    to: NewEmail,
    context?: AuditContext,
  ): Promise<'changed' | 'identifier_taken' | 'unknown_account'>;
  /** Disables an account (`at`) or enables it again (`null`); `false` if there is no such user. */
  setDisabled(userId: string, at: number | null, context?: AuditContext): Promise<boolean>;
  /**
   * Removes an account with everything that belongs to it but its audit; `false` if there was none. Its credential, its
   * address and its tokens go in this step, and none of its sessions has a user any more. Of its sessions and devices at
   * most `limit` each are removed; where there may be more, they and the row in `users` are left to `reclaim`.
   */
  remove(userId: string, limit: number, context?: AuditContext): Promise<boolean>;
  /**
   * Goes on with an account that was removed: at most `limit` of its sessions and of its devices go, which ended for the
   * reason of the audit context, and with the last ones its row in `users`. `false` if no such account is left.
   */
  reclaim(limit: number, context?: AuditContext): Promise<boolean>;
  /**
   * Looks at disabled users in order of their ids, at most `limit` of those after an id, and ends at most `limit` sessions of
   * the first who has any, with an entry in the audit for each. Returns the id to go on after; `undefined` at the end.
   */
  endOfDisabled(after: string, limit: number, context: AuditContext): Promise<string | undefined>;
}
