/** The port of browser tokens: random tokens that a browser holds, stored as hashes, each for one purpose and with an end. */

import type { AuditContext } from '../audit.ts';

/** The purpose of a token; it is valid for no other. */
export type BrowserTokenPurpose =
  /** A right password, to which the second factor is missing. */
  | 'second_step'
  /** A person who has to enrol a factor before they get a session (ruling F6). */
  | 'enrolment'
  /** The secret of an authenticator app that is not confirmed yet. */
  | 'totp_enrolment'
  /** The challenge of a passkey (WebAuthn level 3, section 13.4.3), by what it is for. */
  | 'passkey_registration'
  | 'passkey_sign_in'
  | 'passkey_second_step'
  | 'passkey_confirmation'
  /** A browser that is not asked for the second factor (ruling F4). */
  | 'trusted_browser';

export interface BrowserToken {
  readonly purpose: BrowserTokenPurpose;
  /** `null` before the user is known. */
  readonly userId: string | null;
  /** The public name of the token; unique, and no credential. */
  readonly handle: string;
  /** What its purpose needs, such as a challenge. */
  readonly details: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Hashes are the SHA-256 of tokens: 64 hexadecimal digits. */
export interface BrowserTokenStore {
  /**
   * Writes a token; `false` if it has a user who does not exist. Of a user with more than `limit` tokens of the purpose those
   * that were made first are removed in the same step, at most 200; never this one.
   */
  insert(tokenHash: string, token: BrowserToken, limit: number): Promise<boolean>;
  /** Finds the first of some tokens (at most four) of one purpose that exists, in their order, without using it. */
  find(tokenHashes: readonly string[], purpose: BrowserTokenPurpose): Promise<BrowserToken | undefined>;
  /** Removes a token of this purpose and returns it: of concurrent calls exactly one gets it. */
  take(tokenHash: string, purpose: BrowserTokenPurpose): Promise<BrowserToken | undefined>;
  /** At most `limit` tokens of a user for a purpose, the newest first. */
  ofUser(userId: string, purpose: BrowserTokenPurpose, limit: number): Promise<BrowserToken[]>;
  /**
   * Removes the tokens of a user for a purpose, or the one with a handle; returns how many. With an audit context, they get
   * one entry if there was any.
   */
  removeOfUser(
    userId: string,
    purpose: BrowserTokenPurpose,
    handle?: string,
    context?: AuditContext,
  ): Promise<number>;
  /**
   * Removes at most `limit` tokens with `expiresAt` at or before `now`, or after `latest` under a wrong clock; returns
   * how many.
   */
  sweep(now: number, latest: number, limit: number): Promise<number>;
}
