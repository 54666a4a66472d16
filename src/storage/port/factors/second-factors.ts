/** The port of second factors: authenticator apps (TOTP) and recovery codes (rulings F1 to F3). */

import type { AuditContext } from '../audit.ts';

export interface Totp {
  /** The secret, encrypted. */
  readonly sealed: string;
  /** The last time step of which a code was accepted (RFC 6238, section 5.2). */
  readonly lastStep: number;
  readonly enrolledAt: number;
}

/** The factors of a user who has one: an authenticator app, a passkey, or both. */
export interface FactorState {
  /** When the first of the present factors was enrolled. */
  readonly since: number;
  readonly totp: Totp | undefined;
  /** Refused codes since the last accepted one. */
  readonly failures: number;
  readonly recoveryCodes: number;
  readonly passkeys: number;
}

/** A new authenticator app, with the step of the code that confirmed it. */
export interface NewTotp {
  readonly sealed: string;
  readonly step: number;
  readonly at: number;
}

/** What a typed code can be: the code of a time step, a recovery code by its SHA-256, or nothing. */
export type CodeAttempt =
  /** `sealed`: the encrypted secret that the code was computed with; of another one the step counts as nothing. */
  | { readonly totpStep: number; readonly sealed?: string; readonly resealed?: string | undefined }
  | { readonly recoveryHash: string }
  | { readonly matches: 'nothing' };

/** The outcome of enrolling an app. */
export type TotpEnrolment = 'enrolled' | 'taken' | 'not_first' | 'unknown_account';

export interface SecondFactorStore {
  /** The factors of a user; `undefined` without any. */
  find(userId: string): Promise<FactorState | undefined>;
  /**
   * Enrols an authenticator app and replaces all recovery codes, in one step. `taken` if the user has an app already, and with
   * `mustBeFirst` `not_first` if they have any factor: then nothing changes.
   */
  enrolTotp(
    userId: string,
    totp: NewTotp,
    recoveryHashes: readonly string[],
    context: AuditContext,
    mustBeFirst?: boolean,
  ): Promise<TotpEnrolment>;
  /**
   * Judges a code in one step, so that of concurrent calls exactly one gets a time step or a recovery code (ruling F3). A time
   * step is accepted if it is later than the last accepted one and fewer than `maxFailures` codes failed before; `resealed`
   * then replaces the encrypted secret. A recovery code is accepted in any case, is removed, and gets an audit entry. An
   * accepted code sets the failures to 0; any other adds one, `locked_now` if that is the last that is allowed.
   */
  tryCode(
    userId: string,
    attempt: CodeAttempt,
    maxFailures: number,
    context: AuditContext,
  ): Promise<'accepted' | 'refused' | 'locked_now' | 'locked'>;
  /** Replaces all recovery codes; `false` if the user has no factor. */
  replaceRecoveryCodes(
    userId: string,
    recoveryHashes: readonly string[],
    context: AuditContext,
  ): Promise<boolean>;
  /**
   * Removes the authenticator app, and the trusted browsers of the user; with the last factor also the recovery codes. `false`
   * if there is none. `mayBeLast` false: the last factor stays, `last`.
   */
  removeTotp(userId: string, mayBeLast: boolean, context: AuditContext): Promise<'removed' | 'last' | 'none'>;
  /** Removes all factors, recovery codes and trusted browsers of a user; `false` if there was no factor. */
  removeAll(userId: string, context: AuditContext): Promise<boolean>;
  /** At most `limit` encrypted secrets that begin with none of the prefixes, by user. */
  sealedOtherwise(
    prefix: string,
    limit: number,
  ): Promise<{ readonly userId: string; readonly sealed: string }[]>;
  /** How many encrypted secrets there are, and how many of them do not begin with the prefix. */
  countSealed(prefix: string): Promise<{ readonly all: number; readonly otherwise: number }>;
  /** Replaces an encrypted secret if it is still the expected one. */
  reseal(userId: string, expected: string, replacement: string): Promise<boolean>;
}
