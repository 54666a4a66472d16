/** A place in the line for hashing, for the time of a use case that hashes. */

import { Displaced, type HashingSlot } from '../crypto/hashing-queue.ts';
import type { Caller, Refusal, Services } from './services.ts';

/**
 * Lets `work` through with a place in line. Refused where the line is full and the caller's network has as many in it as
 * any other: before, or in the middle of it, when others come whose network has fewer.
 */
export async function withHashingSlot<Answer extends object>(
  { hashing }: Services,
  { network, signal }: Caller,
  work: (slot: HashingSlot) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  const overloaded = hashing.overloaded(network);
  if (overloaded) return overloaded;
  using slot = hashing.enter(network, signal);
  try {
    return await work(slot);
  } catch (error) {
    if (error instanceof Displaced) return error.refusal;
    throw error;
  }
}
