/** The port of passkeys: the public keys of authenticators (WebAuthn level 3). */

import type { AuditContext } from '../audit.ts';

export interface Passkey {
  /** The id of the credential, in base64url; unique among all users. */
  readonly credentialId: string;
  readonly userId: string;
  /** The public name of the passkey in paths; unique. */
  readonly handle: string;
  /** The name that its owner gave it. */
  readonly name: string;
  /** The public key (COSE), in base64url. */
  readonly publicKey: string;
  /** The last signature counter; synced passkeys stay at 0. */
  readonly counter: number;
  /** How the authenticator can be reached, as a list with commas; empty if unknown. */
  readonly transports: string;
  /** Whether it is synced between devices. */
  readonly isSynced: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** A use of a passkey. */
export interface PasskeyUse {
  readonly credentialId: string;
  readonly counter: number;
  readonly isSynced: boolean;
  readonly at: number;
}

/** The outcome of adding a passkey. */
export type PasskeyAddition = 'added' | 'known' | 'too_many' | 'not_first' | 'unknown_account';

export interface PasskeyStore {
  find(credentialId: string): Promise<Passkey | undefined>;
  /** All passkeys of a user, the oldest first. */
  ofUser(userId: string): Promise<Passkey[]>;
  /**
   * Adds a passkey and replaces all recovery codes, in one step; a refusal changes nothing. `mustBeFirst`: `not_first` if the
   * user has a factor already, so that of concurrent calls for a user without one exactly one adds.
   */
  add(
    passkey: Passkey,
    recoveryHashes: readonly string[],
    maxPasskeys: number,
    context: AuditContext,
    mustBeFirst?: boolean,
  ): Promise<PasskeyAddition>;
  /**
   * Records a use, and sets the failed codes of the user to 0 (ruling F2). `false` if the passkey is gone, or if the counter
   * is not higher than the stored one and one of them is not 0: of concurrent calls with one counter exactly one counts.
   */
  use(use: PasskeyUse): Promise<boolean>;
  rename(userId: string, handle: string, name: string, context: AuditContext): Promise<boolean>;
  /**
   * Removes a passkey, and the trusted browsers of the user; with the last factor also the recovery codes. `mayBeLast` false:
   * the last factor stays, `last`.
   */
  remove(
    userId: string,
    handle: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'>;
}
