/** Keys that an import derives from ids with the digest of the store. */

import type { Digest } from '../audit-chain.ts';

/** Sample keys are whole numbers below this. */
export const sampleKeys = 2 ** 32;

/** A number that depends on the user id only. Accounts in its order are in no order at all: the first ones are a fair sample. */
export function sampleKeyOf(digest: Digest, userId: string): number {
  return Number.parseInt(digest(userId).slice(0, 8), 16);
}

/** A public handle in place of one that exists already: 16 characters of `[a-z0-9]`, which reveal nothing of the hash. */
export function anotherHandle(digest: Digest, hash: string): string {
  const number = BigInt(`0x${digest(`handle ${hash}`)}`);
  return number.toString(36).slice(-16).padStart(16, '0');
}
