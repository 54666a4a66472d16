/** Verifies passwords by the hashes of other systems, and decides which of them a new hash may replace (ruling I2). */

import { timingSafeEqual } from 'node:crypto';
import { costOf } from '../../crypto/hashes/hash-cost.ts';
import { isWeaker } from '../../crypto/hashes/hash-strength.ts';
import type { HashParameters } from '../../crypto/hashes/hash-types.ts';
import { parseStored, unwrappedMark } from '../../crypto/hashes/stored-hash.ts';
import type { HashingSlot, Overloaded } from '../../crypto/hashing-queue.ts';
import type { Pbkdf2Parameters } from '../../crypto/phc.ts';
import { formPassword } from './password-rules.ts';

/** bcrypt reads no further, in bytes. */
const bcryptBytes = 72;

/**
 * Compares a password with the hash of another system over its bytes in UTF-8, exactly as they were received: neither its form
 * nor its length counts. Only a text with lone surrogates never matches, because UTF-8 has one form for all of them; the hash
 * is computed all the same (ruling G17).
 *
 * @throws {TypeError} if the stored hash is damaged: no password may match it.
 */
export async function verifyForeign(
  password: string,
  storedHash: string,
  { minLength, current }: { readonly minLength: number; readonly current: Pbkdf2Parameters },
  slot: HashingSlot,
): Promise<{ readonly correct: boolean; readonly outdated: boolean } | Overloaded> {
  const stored = parseStored(storedHash);
  if (!stored) throw new TypeError('A stored password hash is in the form of no kind that is known.');
  const isText = password.isWellFormed();
  const { parameters, hash } = stored;
  const computed = await slot.foreign(Buffer.from(isText ? password : ''), parameters, costOf(parameters));
  if ('refused' in computed) return computed;
  const correct = isText && computed.byteLength === hash.byteLength && timingSafeEqual(computed, hash);
  const isWeak = storedHash.startsWith(unwrappedMark) || isWeaker(parameters, current);
  const outdated = correct && isWeak && isReplaceable(password, parameters, minLength);
  return { correct, outdated };
}

/**
 * Whether a new hash knows the same passwords as the old one. A text that no new password may be (ruling G4) keeps its hash; so
 * does one of which bcrypt read only the beginning, and one that better-auth normalised to other characters than NFC does: its
 * owner may type it in another way tomorrow.
 */
function isReplaceable(password: string, parameters: HashParameters, minLength: number): boolean {
  if ('refused' in formPassword(password, minLength)) return false;
  if (parameters.kind === 'bcrypt' && parameters.input === 'raw') {
    return Buffer.byteLength(password) <= bcryptBytes;
  }
  const isNfkc = parameters.kind === 'scrypt' && parameters.input === 'nfkc';
  return !isNfkc || password.normalize('NFKC') === password.normalize('NFC');
}
