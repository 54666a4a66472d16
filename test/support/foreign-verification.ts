/** Verification of passwords by imported hashes, as a login does it, with cheap current parameters. */

import { onTestFinished } from 'vitest';
import { Passwords, type Verdict } from '../../src/concepts/passwords/passwords.ts';
import type { ReadHash } from '../../src/crypto/hashes/hash-types.ts';
import { readHash } from '../../src/crypto/hashes/read-hash.ts';
import { HashingQueue } from '../../src/crypto/hashing-queue.ts';

/** The stored form of a hash; an error if there is none. */
export function storedOf(read: ReadHash): string {
  if ('stored' in read) return read.stored;
  throw new Error(`${read.problem}: ${read.message}`);
}

export const storedFrom = (text: string): string => storedOf(readHash(text));

/** Opens a queue, and returns what verifies passwords by stored hashes through it. */
export function openVerification({ iterations = 1_000, minLength = 8 } = {}) {
  const hashing = new HashingQueue({ threads: 2, maxWaitMs: Number.POSITIVE_INFINITY });
  onTestFinished(() => hashing.close());
  const passwords = new Passwords({ minLength, iterations });
  return async (password: string, stored: string | undefined, standIn?: string): Promise<Verdict> => {
    using slot = hashing.enter('192.0.2.1');
    const verdict = await passwords.verify(password, stored, slot, standIn);
    if ('refused' in verdict) throw new Error(verdict.refused);
    return verdict;
  };
}
