/** The queue before password hashing: bounded in places and in time, and fair between networks. */

import { availableParallelism } from 'node:os';
import { partOf, whole } from '../settings/settings.ts';
import { FairQueue } from './fair-queue.ts';
import type { Cost, HashTimes, Place } from './hash-times.ts';
import { HashingThreads, type Task } from './hashing-threads.ts';
import type { HashingSlot, Overloaded, QueueCounts, QueueLimits } from './hashing-types.ts';

export type * from './hashing-types.ts';

/** The client disconnected or the queue was closed; what was hashed for it is lost. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** Ends a wait: with a thread, or with the reason for leaving the queue. */
type Settle = (leaving?: Overloaded | Abandoned) => void;

/** The assumed time of a hash before the first one is timed: about a third of a microsecond per iteration. */
const guessedMs = 65;

/**
 * A bounded queue before a pool of hashing threads, which serves networks in turn. One network may take all places while no
 * other needs any. When the queue is full, a newcomer displaces the newest waiting item of the network with the most
 * waiting, if that network has at least two places more: a flood from one network leaves the others their share.
 */
export class HashingQueue {
  readonly #threads = new HashingThreads();
  readonly #size: number;
  readonly #maxWaitMs: number;
  readonly #maxPlaces: number;
  readonly #waiting = new FairQueue<Settle>();
  /** Places that have hashed before come first and are never displaced: a hash was spent on them. */
  readonly #again = new FairQueue<Settle>();
  /** The number of places of each network that has any. */
  readonly #held = new Map<string, number>();
  #running = 0;
  readonly #places = new Set<Place>();
  #closed = false;
  #averageMs = guessedMs;
  /** The times of each kind of hash, from the first one of another system on. */
  #times: HashTimes | undefined;
  #refused = 0;
  #hashed = 0;
  #hashedMs = 0;

  constructor({
    share = whole,
    threads = availableParallelism(),
    maxWaitMs = 2_000,
    maxPlaces = 1_000,
  }: QueueLimits = {}) {
    this.#size = Math.max(1, partOf(threads, share));
    this.#maxWaitMs = maxWaitMs;
    this.#maxPlaces = partOf(maxPlaces, share);
  }

  get counts(): QueueCounts {
    return {
      threads: this.#size,
      places: this.#places.size,
      running: this.#running,
      refused: this.#refused,
      hashed: this.#hashed,
      hashedMs: this.#hashedMs,
    };
  }

  /**
   * Returns a refusal if all places would take more than the longest wait, or all are occupied, and this network may
   * displace none of them.
   */
  overloaded(network: string): Overloaded | undefined {
    return this.#isFull() && !this.#displaceableBy(network) ? this.#refusal() : undefined;
  }

  /** Takes a place; call it right after `overloaded` returned nothing. Dispose it when done (`using`). */
  enter(network: string, signal?: AbortSignal): HashingSlot {
    const displaced = this.#isFull() ? this.#displaceableBy(network) : undefined;
    displaced?.(this.#refusal());
    this.#hold(network, 1);
    const place: Place = {};
    this.#places.add(place);
    const leave = () => {
      if (this.#places.delete(place)) this.#hold(network, -1);
    };
    let hasHashed = false;
    const hash = async (task: Task, cost: Cost) => {
      place.cost = cost;
      const displaced = await this.#turn(network, hasHashed, leave, signal);
      if (displaced) return displaced;
      hasHashed = true;
      place.isRunning = true;
      try {
        const { hash, tookMs } = await this.#threads.compute(task);
        this.#averageMs += (tookMs - this.#averageMs) / 8;
        this.#times?.learn(cost.kind, tookMs);
        this.#hashed += 1;
        this.#hashedMs += tookMs;
        return hash;
      } catch (error) {
        throw this.#closed ? dropped() : error;
      } finally {
        Object.assign(place, { cost: undefined, isRunning: false });
        this.#running -= 1;
        this.#next();
      }
    };
    return {
      pbkdf2: (password, salt, parameters) => {
        const kind = `${parameters.digest} ${parameters.iterations}`;
        return hash({ password, salt, parameters }, { kind, guessedMs: this.#averageMs });
      },
      foreign: async (password, parameters, cost) => {
        place.cost = cost;
        const { HashTimes } = await import('./hash-times.ts');
        this.#times ??= new HashTimes();
        return hash({ password, parameters }, cost);
      },
      [Symbol.dispose]: leave,
    };
  }

  /** Rejects everything in the queue, now and later, and ends the threads; running hashes are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#threads.close();
  }

  /**
   * Resolves when a thread is free, or with a refusal when another network displaces the place. If the client disconnects,
   * its place is freed at once. A place is freed before its wait ends, because the newcomer that displaces it needs it.
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
    return this.#waitMs() > this.#maxWaitMs || this.#places.size >= this.#maxPlaces;
  }

  /** The expected wait of one more place. */
  #waitMs(): number {
    const { size } = this.#places;
    if (this.#times) return this.#times.waitMs(this.#places, this.#size, this.#averageMs);
    return (Math.max(0, size + 1 - this.#size) * this.#averageMs) / this.#size;
  }

  #refusal(): Overloaded {
    this.#refused += 1;
    return { refused: 'overloaded', retryAfterSeconds: Math.max(1, Math.ceil(this.#waitMs() / 1_000)) };
  }

  /** The wait that a newcomer of a network may displace; `undefined` if no other network has at least two places more. */
  #displaceableBy(network: string): Settle | undefined {
    const newest = this.#waiting.newestOfLongest();
    return newest && this.#heldBy(newest.network) > this.#heldBy(network) + 1 ? newest.item : undefined;
  }

  #heldBy(network: string): number {
    return this.#held.get(network) ?? 0;
  }

  #hold(network: string, change: 1 | -1): void {
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
