/** The input and output types of the hashing queue. */

import type { Share } from '../settings/settings.ts';
import type { HashCost } from './hashes/hash-cost.ts';
import type { HashParameters } from './hashes/hash-types.ts';
import type { Pbkdf2Parameters } from './phc.ts';

/** The queue is full; retry after this many seconds. */
export interface Overloaded {
  readonly refused: 'overloaded';
  readonly retryAfterSeconds: number;
}

/** The bounds of the queue. */
export interface QueueLimits {
  /** This process's share of threads and places, if several processes hash on this machine. */
  readonly share?: Share;
  /** Concurrent hashes; default: one per core. Each process has at least one. */
  readonly threads?: number;
  /** The longest expected wait of a new place, in milliseconds; default: 2,000. */
  readonly maxWaitMs?: number;
  /** Places in the queue, however fast hashing is; default: 1,000. */
  readonly maxPlaces?: number;
}

/** A place in the queue, for any number of hashes one after another, until it is disposed. */
export interface HashingSlot extends Disposable {
  /**
   * PBKDF2-HMAC of a password, off the event loop. `Overloaded` if another network displaced the place before its first
   * hash began; never after it.
   *
   * @throws {Abandoned} if the signal of the place was aborted before the hash began, or the queue was closed before it ended.
   */
  pbkdf2(
    password: Uint8Array,
    salt: Uint8Array,
    parameters: Pbkdf2Parameters,
  ): Promise<Uint8Array | Overloaded>;
  /** The same for a hash as another system computes it. The password is well-formed UTF-8; the cost is that of the parameters. */
  foreign(password: Uint8Array, parameters: HashParameters, cost: HashCost): Promise<Uint8Array | Overloaded>;
}

/** The state of the queue, and its counters since the start. */
export interface QueueCounts {
  /** The maximum of concurrent hashes. */
  readonly threads: number;
  /** Occupied places, including those whose hash is being computed. */
  readonly places: number;
  readonly running: number;
  /** Refusals because the queue was full. */
  readonly refused: number;
  readonly hashed: number;
  /** The total time of those hashes, in milliseconds of a thread. */
  readonly hashedMs: number;
}
