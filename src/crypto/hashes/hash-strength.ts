/** Decides which hashes of other systems are weaker than those of Gatehouse (ruling I2). */

import type { Pbkdf2Parameters } from '../phc.ts';
import { attackMs } from './hash-cost.ts';
import type { HashParameters } from './hash-types.ts';

/** OWASP's parameters of Argon2id (Password Storage Cheat Sheet, 2026): memory in KiB with its passes. */
export const owaspArgon2: readonly (readonly [memoryKiB: number, passes: number])[] = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
];

/** Shorter salts are repeated among many accounts, in bytes (NIST SP 800-132, section 5.1). */
const minSaltBytes = 16;

/**
 * Whether a new hash with the current parameters resists guesses better. Argon2id with OWASP's parameters is not weaker; nor is
 * PBKDF2 of which a guess takes as long. bcrypt and scrypt always are: they stay where they cannot be replaced.
 */
export function isWeaker(parameters: HashParameters, current: Pbkdf2Parameters): boolean {
  switch (parameters.kind) {
    case 'argon2id': {
      const { memoryKiB, passes } = parameters;
      return !owaspArgon2.some(([memory, times]) => memoryKiB >= memory && passes >= times);
    }
    case 'pbkdf2':
      return parameters.saltBytes < minSaltBytes || attackMs(parameters) < attackMs(current);
    default:
      return true;
  }
}
