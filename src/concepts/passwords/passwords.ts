/**
 * Passwords: the rules for new ones, and their verification.
 *
 * Purpose: to recognise people by their password without storing it.
 * Prevents: guessable passwords, passwords readable in a stolen database, and answers whose time tells strangers
 *   which names exist.
 * Principle: a password that was accepted and hashed is recognised later, in any Unicode composition, and no other text
 *   is; a wrong password, and a name without an account, cost the same time as a right one.
 * State: none of its own; the cost of a new hash.
 */

import { timingSafeEqual } from 'node:crypto';
import type { HashingSlot, Overloaded } from '../../crypto/hashing-queue.ts';
import { randomSalt } from '../../crypto/ids.ts';
import {
  currentParameters,
  formatPhc,
  isOwnForm,
  noPassword,
  type Pbkdf2Parameters,
  parsePhc,
} from '../../crypto/phc.ts';
import { type PreparedPassword, preparePassword } from './password-form.ts';
import { acceptPassword, type PasswordRefusal } from './password-rules.ts';

export type { PasswordRefusal, PreparedPassword };

/** A new hash, in PHC form. */
export interface Hashed {
  readonly passwordHash: string;
}

/** The result of comparing a password. */
export interface Verdict {
  readonly correct: boolean;
  /** A new hash of the password should take the place of the stored one. */
  readonly outdated: boolean;
}

/** The settings of passwords. */
export interface PasswordRules {
  readonly minLength: number;
  readonly iterations: number;
  /** The public host of the service; empty or absent if unknown. */
  readonly host?: string;
}

export class Passwords {
  readonly #minLength: number;
  readonly #host: string;
  readonly #current: Pbkdf2Parameters;

  constructor({ minLength, iterations, host = '' }: PasswordRules) {
    this.#minLength = minLength;
    this.#host = host;
    this.#current = currentParameters(iterations);
  }

  /** The parameters of a new hash. */
  get parameters(): Pbkdf2Parameters {
    return this.#current;
  }

  /** Decides whether a new password may be used by the owner of an identifier and an address (ruling G4). */
  accept(password: string, canonicalIdentifier: string, email = ''): PreparedPassword | PasswordRefusal {
    const rules = { minLength: this.#minLength, host: this.#host };
    return acceptPassword(rules, password, canonicalIdentifier, email);
  }

  /** Hashes an accepted password with the current parameters and a salt of its own (ruling G5). */
  async hash({ bytes }: PreparedPassword, slot: HashingSlot): Promise<Hashed | Overloaded> {
    const salt = randomSalt(this.#current.saltBytes);
    const hash = await slot.pbkdf2(bytes, salt, this.#current);
    return 'refused' in hash ? hash : { passwordHash: formatPhc({ ...this.#current, salt, hash }) };
  }

  /**
   * Compares a password with a stored hash. Without one, and for a text that can be no password, one hash is computed all the
   * same (ruling G17): that of the stand-in, by default with the current parameters (ruling I5).
   */
  async verify(
    password: string,
    storedHash: string | undefined,
    slot: HashingSlot,
    standIn?: string,
  ): Promise<Verdict | Overloaded> {
    const isUsable = storedHash !== undefined && storedHash !== noPassword;
    const target = isUsable ? storedHash : standIn;
    if (target !== undefined && !isOwnForm(target)) {
      const { verifyForeign } = await import('./foreign-passwords.ts');
      const rules = { minLength: this.#minLength, current: this.#current };
      const verdict = await verifyForeign(password, target, rules, slot);
      return 'refused' in verdict || isUsable ? verdict : { correct: false, outdated: false };
    }
    const prepared = preparePassword(password);
    const stored = target === undefined ? undefined : parsePhc(target);
    const parameters = stored ?? this.#current;
    const salt = stored?.salt ?? randomSalt(parameters.saltBytes);
    const hash = await slot.pbkdf2(prepared?.bytes ?? new Uint8Array(), salt, parameters);
    if ('refused' in hash) return hash;
    if (!isUsable || !prepared || !stored) return { correct: false, outdated: false };
    return { correct: timingSafeEqual(hash, stored.hash), outdated: !sameCost(stored, this.#current) };
  }

  /** Hashes a password that was just verified with the current parameters. */
  rehash(password: string, slot: HashingSlot): Promise<Hashed | Overloaded> {
    return this.hash({ bytes: Buffer.from(password.normalize('NFC')) }, slot);
  }
}

function sameCost(a: Pbkdf2Parameters, b: Pbkdf2Parameters): boolean {
  return (
    a.digest === b.digest &&
    a.iterations === b.iterations &&
    a.saltBytes === b.saltBytes &&
    a.hashBytes === b.hashBytes
  );
}
