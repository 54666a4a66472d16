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
import { formatPhc, type Pbkdf2Parameters, parsePhc } from '../../crypto/phc.ts';
import { canonical } from '../../storage/shared/canonical-form.ts';
import { isCommon } from './common-passwords.ts';
import { contextWords, isOfContext } from './context-words.ts';

/** The reason why a new password was refused; `limit` is the bound it missed, in Unicode code points. */
export type PasswordRefusal =
  | { readonly refused: 'password_too_short' | 'password_too_long'; readonly limit: number }
  | {
      readonly refused:
        | 'password_malformed'
        | 'password_common'
        | 'password_is_identifier'
        | 'password_of_context';
    };

/** A password in the form that is hashed: well-formed, NFC, UTF-8. */
export type PreparedPassword = { readonly bytes: Uint8Array };

/** A new hash, in PHC form. */
export interface Hashed {
  readonly passwordHash: string;
}

/** The result of comparing a password. */
export interface Verdict {
  readonly correct: boolean;
  /** The parameters of the stored hash differ from those of a new one. */
  readonly outdated: boolean;
}

/** The settings of passwords. */
export interface PasswordRules {
  readonly minLength: number;
  readonly iterations: number;
  /** The public host of the service; empty or absent if unknown. */
  readonly host?: string;
}

/** Longest password, in code points and in bytes of UTF-8 (ruling G4). */
const maxCodePoints = 256;
const maxBytes = 1_024;

export class Passwords {
  readonly #minLength: number;
  readonly #host: string;
  readonly #current: Pbkdf2Parameters;

  constructor({ minLength, iterations, host = '' }: PasswordRules) {
    this.#minLength = minLength;
    this.#host = host;
    this.#current = { digest: 'sha512', iterations, saltBytes: 16, hashBytes: 64 };
  }

  /** Decides whether a new password may be used by the owner of an identifier and an address (ruling G4). */
  accept(password: string, canonicalIdentifier: string, email = ''): PreparedPassword | PasswordRefusal {
    if (!isWellFormed(password)) return { refused: 'password_malformed' };
    const normal = password.normalize('NFC');
    const bytes = Buffer.from(normal);
    const length = [...normal].length;
    if (length < this.#minLength) return { refused: 'password_too_short', limit: this.#minLength };
    if (length > maxCodePoints || bytes.byteLength > maxBytes) {
      return { refused: 'password_too_long', limit: maxCodePoints };
    }
    if (canonical(normal) === canonicalIdentifier) return { refused: 'password_is_identifier' };
    if (isCommon(normal)) return { refused: 'password_common' };
    const words = contextWords(this.#host, canonicalIdentifier, email);
    if (isOfContext(normal, words)) return { refused: 'password_of_context' };
    return { bytes };
  }

  /** Hashes an accepted password with the current parameters and a salt of its own (ruling G5). */
  async hash({ bytes }: PreparedPassword, slot: HashingSlot): Promise<Hashed | Overloaded> {
    const salt = randomSalt(this.#current.saltBytes);
    const hash = await slot.pbkdf2(bytes, salt, this.#current);
    return 'refused' in hash ? hash : { passwordHash: formatPhc({ ...this.#current, salt, hash }) };
  }

  /**
   * Compares a password with a stored hash. Without one, and for a text that can be no password, one hash with the current
   * parameters is computed all the same (ruling G17).
   */
  async verify(
    password: string,
    storedHash: string | undefined,
    slot: HashingSlot,
  ): Promise<Verdict | Overloaded> {
    const prepared = prepare(password);
    if (!prepared || storedHash === undefined) {
      const dummy = await this.hash(prepared ?? { bytes: new Uint8Array() }, slot);
      return 'refused' in dummy ? dummy : { correct: false, outdated: false };
    }
    const stored = parsePhc(storedHash);
    const hash = await slot.pbkdf2(prepared.bytes, stored.salt, stored);
    if ('refused' in hash) return hash;
    return { correct: timingSafeEqual(hash, stored.hash), outdated: !sameCost(stored, this.#current) };
  }

  /** Hashes a password that was just verified with the current parameters. */
  rehash(password: string, slot: HashingSlot): Promise<Hashed | Overloaded> {
    return this.hash({ bytes: Buffer.from(password.normalize('NFC')) }, slot);
  }
}

/** The form of a password at a login: current length rules do not apply to an older password, only the outer bounds. */
function prepare(password: string): PreparedPassword | undefined {
  if (!isWellFormed(password)) return undefined;
  const bytes = Buffer.from(password.normalize('NFC'));
  return bytes.byteLength <= maxBytes ? { bytes } : undefined;
}

/** PBKDF2 pads short keys with zeros, and UTF-8 has one form for all lone surrogates: either would make two passwords equal. */
function isWellFormed(password: string): boolean {
  return password.isWellFormed() && !password.includes('\0');
}

function sameCost(a: Pbkdf2Parameters, b: Pbkdf2Parameters): boolean {
  return (
    a.digest === b.digest &&
    a.iterations === b.iterations &&
    a.saltBytes === b.saltBytes &&
    a.hashBytes === b.hashBytes
  );
}
