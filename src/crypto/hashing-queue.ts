/** The queue before password hashing: bounded in places and in time, and fair between networks. */

import { availableParallelism } from 'node:os';
import { partOf, type Share, whole } from '../settings/settings.ts';
import { FairQueue } from './fair-queue.ts';
import { HashingThreads } from './hashing-threads.ts';
import type { Pbkdf2Parameters } from './phc.ts';

/** The queue is full; come back in this many seconds. */
export interface Overloaded {
  readonly refused: 'overloaded';
  readonly retryAfterSeconds: number;
}

/** The client has gone, or the queue was closed; nothing was hashed for it. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** How the queue is bounded. */
export interface QueueLimits {
  /** Whose threads and places these are, if several processes hash on this machine. */
  readonly share?: Share;
  /** Hashes at once; default: one per core. At least one in each process. */
  readonly threads?: number;
  /** The longest wait that is worth starting, in milliseconds. */
  readonly maxWaitMs?: number;
  /** Places in the queue, however fast hashing is. */
  readonly maxPlaces?: number;
}

/** One place in the queue: may hash several times, one after another, until it is left. */
export interface HashingSlot extends Disposable {
  /**
   * PBKDF2-HMAC over the bytes of the password, off the event loop. `Overloaded` if the place was given to another network
   * before its first hash was begun; never after it.
   *
   * @throws {Abandoned} if the place's signal was aborted before the hash was begun, or the queue was closed.
   */
  pbkdf2(
    password: Uint8Array,
    salt: Uint8Array,
    parameters: Pbkdf2Parameters,
  ): Promise<Uint8Array | Overloaded>;
}

/** The queue in numbers: how it stands, and what went through it since the start. */
export interface QueueCounts {
  /** Hashes at once, at most. */
  readonly threads: number;
  /** Places taken, those whose hash is being computed among them. */
  readonly places: number;
  readonly running: number;
  /** How often a caller was told that the queue is full. */
  readonly refused: number;
  readonly hashed: number;
  /** What those hashes took, in milliseconds of a thread. */
  readonly hashedMs: number;
}

/** Ends a wait for a thread: with the thread, or without it for one who leaves the queue. */
type Settle = (leaving?: Overloaded | Abandoned) => void;

/** What a hash costs before one was timed: about a third of a microsecond an iteration. */
const guessedMs = 65;

/**
 * A bounded queue before a pool of hashing threads. Networks take turns. One network may take all places while no other
 * wants any; once the queue is full, a newcomer displaces the newest who waits of the network that has the most
 * waiting, if that network has at least two places more. So a flood from one network leaves the others their share.
 */
export class HashingQueue {
  readonly #threads: HashingThreads;
  readonly #size: number;
  readonly #maxWaitMs: number;
  readonly #maxPlaces: number;
  readonly #waiting = new FairQueue<Settle>();
  /** Those who have hashed before come first, and are never displaced: a hash was spent on them. */
  readonly #again = new FairQueue<Settle>();
  /** The places taken by each network that has any. */
  readonly #held = new Map<string, number>();
  #running = 0;
  #places = 0;
  #closed = false;
  #averageMs = guessedMs;
  #refused = 0;
  #hashed = 0;
  #hashedMs = 0;

  constructor({
    share = whole,
    threads = availableParallelism(),
    maxWaitMs = 2_000,
    maxPlaces = 1_000,
  }: QueueLimits = {}) {
    this.#threads = new HashingThreads();
    this.#size = Math.max(1, partOf(threads, share));
    this.#maxWaitMs = maxWaitMs;
    this.#maxPlaces = partOf(maxPlaces, share);
  }

  get counts(): QueueCounts {
    return {
      threads: this.#size,
      places: this.#places,
      running: this.#running,
      refused: this.#refused,
      hashed: this.#hashed,
      hashedMs: this.#hashedMs,
    };
  }

  /**
   * Says at once whether a network is refused: because all places in the queue would take more than the longest wait, and
   * none of them has to give way to this network.
   */
  overloaded(network: string): Overloaded | undefined {
    return this.#isFull() && !this.#givingWayTo(network) ? this.#refusal() : undefined;
  }

  /** Takes a place in the queue, which the caller found not overloaded just before. Leave it when done (`using`). */
  enter(network: string, signal?: AbortSignal): HashingSlot {
    const displaced = this.#isFull() ? this.#givingWayTo(network) : undefined;
    displaced?.(this.#refusal());
    this.#hold(network, 1);
    let hasLeft = false;
    const leave = () => {
      if (!hasLeft) this.#hold(network, -1);
      hasLeft = true;
    };
    let hasHashed = false;
    return {
      pbkdf2: async (password, salt, parameters) => {
        const displaced = await this.#turn(network, hasHashed, leave, signal);
        if (displaced) return displaced;
        hasHashed = true;
        try {
          const { hash, tookMs } = await this.#threads.pbkdf2(password, salt, parameters);
          this.#averageMs += (tookMs - this.#averageMs) / 8;
          this.#hashed += 1;
          this.#hashedMs += tookMs;
          return hash;
        } finally {
          this.#running -= 1;
          this.#next();
        }
      },
      [Symbol.dispose]: leave,
    };
  }

  /** Drops everyone in the queue, now and later, and ends the threads; hashes under way are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#threads.close();
  }

  /**
   * Resolves when a thread is free, or with a refusal when the place was given to another network. A client that goes
   * meanwhile leaves the queue at once, and those behind move up. The place is free before the caller is told, because
   * the newcomer that takes it counts on it.
   */
  #turn(
    network: string,
    hasHashed: boolean,
    leave: () => void,
    signal: AbortSignal | undefined,
  ): Promise<Overloaded | undefined> {
    if (signal?.aborted) return Promise.reject(dropped());
    const queue = hasHashed ? this.#again : this.#waiting;
    const { promise, resolve, reject } = Promise.withResolvers<Overloaded | undefined>();
    const settle: Settle = (leaving) => {
      signal?.removeEventListener('abort', drop);
      if (leaving) {
        queue.remove(network, settle);
        leave();
      }
      if (leaving instanceof Abandoned) reject(leaving);
      else resolve(leaving);
    };
    const drop = () => settle(dropped());
    signal?.addEventListener('abort', drop);
    queue.add(network, settle);
    this.#next();
    return promise;
  }

  #isFull(): boolean {
    return this.#waitMs() > this.#maxWaitMs || this.#places >= this.#maxPlaces;
  }

  /** How long one more would wait. */
  #waitMs(): number {
    return (Math.max(0, this.#places + 1 - this.#size) * this.#averageMs) / this.#size;
  }

  #refusal(): Overloaded {
    this.#refused += 1;
    return { refused: 'overloaded', retryAfterSeconds: Math.max(1, Math.ceil(this.#waitMs() / 1_000)) };
  }

  /** Who gives way to one more of a network; `undefined` if no other network has at least two places more. */
  #givingWayTo(network: string): Settle | undefined {
    const newest = this.#waiting.newestOfLongest();
    return newest && this.#heldBy(newest.network) > this.#heldBy(network) + 1 ? newest.item : undefined;
  }

  #heldBy(network: string): number {
    return this.#held.get(network) ?? 0;
  }

  #hold(network: string, change: 1 | -1): void {
    this.#places += change;
    const held = this.#heldBy(network) + change;
    if (held > 0) this.#held.set(network, held);
    else this.#held.delete(network);
  }

  #next(): void {
    while (this.#closed || this.#running < this.#size) {
      const settle = this.#again.take() ?? this.#waiting.take();
      if (!settle) return;
      if (!this.#closed) this.#running += 1;
      settle(this.#closed ? dropped() : undefined);
    }
  }
}

function dropped(): Abandoned {
  return new Abandoned('Dropped from the queue unhashed.');
}
