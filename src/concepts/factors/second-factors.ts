/**
 * Second factors: authenticator apps and recovery codes, beside the password (rulings F1 to F3 and F5).
 *
 * Purpose: to keep an account closed to a person who knows its password and nothing else.
 * Prevents: codes that are used twice, guessed, or read from a stolen database; people who are locked out with their phone.
 * Principle: a code of the authenticator app is accepted once, within its minute and a half; a recovery code once; after
 *   100 refused codes no code of the app is accepted until a recovery code, a passkey or the operator.
 * State: for each user with a factor the encrypted secret of the app and the last accepted step, the hashes of recovery
 *   codes, and how many codes were refused since one was accepted.
 */

import type { SecretBox } from '../../crypto/secret-box.ts';
import type { AuditContext, CodeAttempt, FactorState, SecondFactorStore } from '../../storage/port/port.ts';
import { newRecoveryCodes, readCode } from './recovery-codes.ts';
import { newTotpSecret, stepMs, stepOf, type TotpKey, totpKey } from './totp.ts';

export type { FactorState };

/** Refused codes after which the authenticator app is locked (ruling F2). */
export const maxCodeFailures = 100;

/** Why a code was not accepted. */
export type CodeRefusal =
  | { readonly refused: 'invalid_code'; readonly isLockedNow?: boolean }
  /** Too many codes were refused: a recovery code or a passkey is needed. */
  | { readonly refused: 'codes_locked' }
  /** The key that encrypts the secret is missing, or it is another one. */
  | { readonly refused: 'codes_unavailable'; readonly retryAfterSeconds: number };

/** Why an authenticator app cannot be enrolled. */
export type EnrolmentRefusal =
  /** There is no key to encrypt its secret with. */
  | { readonly refused: 'totp_unavailable' }
  | { readonly refused: 'factor_exists' }
  | { readonly refused: 'no_session' };

/** The kind of an accepted code. */
export type CodeKind = 'totp' | 'recovery';

/** The box that encrypts secrets; `undefined` without a key. `mayCreate` makes a key where none is needed yet. */
export type OpenBox = (mayCreate: boolean) => Promise<SecretBox | undefined>;

/** The `Retry-After` of `codes_unavailable`: an operator has to act. */
const retryAfterSeconds = 60;

/** Secrets that are encrypted anew in one step of a sweep. */
const resealStep = 50;

/** Secrets under a third key that are read again in each step, because they stand among the others. */
const maxUnreadable = 2_000;

const invalidCode: CodeRefusal = { refused: 'invalid_code' };

export class SecondFactors {
  readonly #store: SecondFactorStore;
  readonly #openBox: OpenBox;
  readonly #issuer: string;
  readonly #onOtherKey: () => void;

  /**
   * @param issuer the name of the service in authenticator apps.
   * @param onOtherKey called when a code cannot be checked because its secret is encrypted with another key.
   */
  constructor(store: SecondFactorStore, openBox: OpenBox, issuer: string, onOtherKey: () => void = () => {}) {
    this.#store = store;
    this.#openBox = openBox;
    this.#issuer = issuer;
    this.#onOtherKey = onOtherKey;
  }

  /** The factors of a user; `undefined` without any. */
  find(userId: string): Promise<FactorState | undefined> {
    return this.#store.find(userId);
  }

  isLocked({ failures }: FactorState): boolean {
    return failures >= maxCodeFailures;
  }

  /** A new secret, encrypted for its user. Nothing is stored before a code confirms it. */
  async newSecret(userId: string): Promise<{ readonly sealed: string } | EnrolmentRefusal> {
    const box = await this.#openBox(true);
    if (!box) return { refused: 'totp_unavailable' };
    return { sealed: box.seal(await newTotpSecret(), userId) };
  }

  /** What the app of a user has to know; `undefined` if the secret cannot be decrypted. */
  async keyOf(sealed: string, userId: string, label: string): Promise<TotpKey | undefined> {
    const opened = (await this.#openBox(false))?.open(sealed, userId);
    return opened && totpKey(opened.text, this.#issuer, label);
  }

  /**
   * Enrols an app with a secret that a code of it confirms; returns the new recovery codes. `mustBeFirst`: the user may have no
   * factor yet, as in an enrolment session, which ends with the first one (ruling F6).
   */
  async enrol(
    userId: string,
    sealed: string,
    typed: string,
    now: number,
    context: AuditContext,
    mustBeFirst = false,
  ): Promise<{ readonly recoveryCodes: readonly string[] } | CodeRefusal | EnrolmentRefusal> {
    const code = readCode(typed);
    const opened = (await this.#openBox(false))?.open(sealed, userId);
    if (!opened) return { refused: 'totp_unavailable' };
    const step = code.kind === 'totp' ? await stepOf(opened.text, code.digits, now) : undefined;
    if (step === undefined) return invalidCode;
    const { codes, hashes } = newRecoveryCodes();
    const totp = { sealed, step, at: now };
    const outcome = await this.#store.enrolTotp(userId, totp, hashes, context, mustBeFirst);
    if (outcome === 'taken') return { refused: 'factor_exists' };
    return outcome === 'enrolled' ? { recoveryCodes: codes } : { refused: 'no_session' };
  }

  /**
   * Judges a typed code. Of concurrent calls exactly one gets a time step or a recovery code, and each refused code counts.
   * `context` is the entry of a recovery code that is used.
   */
  async judge(
    userId: string,
    typed: string,
    now: number,
    context: AuditContext,
  ): Promise<{ readonly kind: CodeKind } | CodeRefusal> {
    const code = readCode(typed);
    const attempt =
      code.kind === 'totp'
        ? await this.#attemptOf(userId, code.digits, now)
        : code.kind === 'recovery'
          ? { recoveryHash: code.hash }
          : nothing;
    if (attempt === undefined) return { refused: 'codes_unavailable', retryAfterSeconds };
    const outcome = await this.#store.tryCode(userId, attempt, maxCodeFailures, context);
    if (outcome === 'accepted') return { kind: 'totpStep' in attempt ? 'totp' : 'recovery' };
    if (outcome === 'locked') return { refused: 'codes_locked' };
    return { refused: 'invalid_code', isLockedNow: outcome === 'locked_now' };
  }

  /** Whether it is the code of the app that was accepted last, as in a form that is sent again. Nothing is counted. */
  async isLastCode(userId: string, typed: string): Promise<boolean> {
    const code = readCode(typed);
    const totp = code.kind === 'totp' && (await this.#store.find(userId))?.totp;
    if (!totp || code.kind !== 'totp') return false;
    const opened = (await this.#openBox(false))?.open(totp.sealed, userId);
    if (!opened) return false;
    return (await stepOf(opened.text, code.digits, totp.lastStep * stepMs)) === totp.lastStep;
  }

  /** A new set of recovery codes in place of the old one; `undefined` if the user has no factor. */
  async renewRecoveryCodes(userId: string, context: AuditContext): Promise<readonly string[] | undefined> {
    const { codes, hashes } = newRecoveryCodes();
    return (await this.#store.replaceRecoveryCodes(userId, hashes, context)) ? codes : undefined;
  }

  /** Removes the app; the last factor only if it may be the last. */
  removeTotp(
    userId: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'> {
    return this.#store.removeTotp(userId, mayBeLast, context);
  }

  /** Removes all factors of a user, with the recovery codes and trusted browsers; `false` if there was none. */
  removeAll(userId: string, context: AuditContext): Promise<boolean> {
    return this.#store.removeAll(userId, context);
  }

  /** How many secrets of apps are encrypted. */
  async countSecrets(): Promise<number> {
    return (await this.#store.countSealed('')).all;
  }

  /**
   * Encrypts with the current key what the previous one encrypted, in small steps with a pause after each; returns how many
   * secrets that were. After a crash the next call continues. A secret under a third key stays as it is; behind 2,000 of
   * these the others wait for the next login of their owner.
   */
  async reseal(pause: () => Promise<void>): Promise<number> {
    const box = await this.#openBox(false);
    let all = 0;
    let unreadable = 0;
    while (box && unreadable <= maxUnreadable) {
      const limit = resealStep + unreadable;
      const found = await this.#store.sealedOtherwise(box.prefix, limit);
      let done = 0;
      for (const { userId, sealed } of found) {
        const opened = box.open(sealed, userId);
        // Another node, or a login of this user, may have been faster.
        if (opened && (await this.#store.reseal(userId, sealed, box.seal(opened.text, userId)))) done += 1;
      }
      all += done;
      if (found.length < limit) break;
      unreadable = found.length - done;
      await pause();
    }
    return all;
  }

  /** The time step of digits, with the secret under the current key; `undefined` if the secret cannot be decrypted. */
  async #attemptOf(userId: string, digits: string, now: number): Promise<CodeAttempt | undefined> {
    const totp = (await this.#store.find(userId))?.totp;
    if (!totp) return nothing;
    const box = await this.#openBox(false);
    const opened = box?.open(totp.sealed, userId);
    if (box && !opened) this.#onOtherKey();
    if (!box || !opened) return undefined;
    const totpStep = await stepOf(opened.text, digits, now);
    if (totpStep === undefined) return nothing;
    const attempt = { totpStep, sealed: totp.sealed };
    return opened.isCurrent ? attempt : { ...attempt, resealed: box.seal(opened.text, userId) };
  }
}

const nothing: CodeAttempt = { matches: 'nothing' };
