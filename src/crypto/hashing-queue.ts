/** The queue before password hashing: bounded in places and in time, and fair between networks. */

import { availableParallelism } from 'node:os';
import { partOf, whole } from '../settings/settings.ts';
import { FairQueue } from './fair-queue.ts';
import { HashingThreads, type Task } from './hashing-threads.ts';
import type { HashingSlot, Overloaded, QueueCounts, QueueLimits } from './hashing-types.ts';

export type * from './hashing-types.ts';

/** The client disconnected or the queue was closed; what was hashed for it is lost. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** Ends a wait: with a thread, or with the reason for leaving the queue. */
type Settle = (leaving?: Overloaded | Abandoned) => void;

/** The assumed time of a hash before the first one is timed, and of an iteration of PBKDF2, in milliseconds. */
const guessedMs = 65;
const iterationMs = 0.000_31;

/** Kinds of hash whose times are kept: more than an import of several systems brings. */
const maxKinds = 100;

/** The expected time of a place's next hash, in milliseconds. */
interface Place {
  ms: number;
  isRunning: boolean;
}

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
  #places = 0;
  #closed = false;
  /** The expected time of all hashes that are computed, and of all places that wait or have not asked yet. */
  #runningMs = 0;
  #waitingMs = 0;
  /** Moving averages of the measured times: of all hashes, and of each kind. */
  #averageMs = guessedMs;
  readonly #kindMs = new Map<string, number>();
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
      places: this.#places,
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
    const place: Place = { ms: 0, isRunning: false };
    this.#expect(place, this.#averageMs);
    let hasLeft = false;
    const leave = () => {
      if (!hasLeft) this.#hold(network, -1);
      this.#expect(place, 0);
      hasLeft = true;
    };
    let hasHashed = false;
    const hash = async (task: Task, kind: string, guess: number) => {
      this.#expect(place, this.#kindMs.get(kind) ?? guess);
      const displaced = await this.#turn(network, hasHashed, leave, signal);
      if (displaced) return displaced;
      hasHashed = true;
      this.#expect(place, place.ms, true);
      try {
        const { hash, tookMs } = await this.#threads.compute(task);
        this.#learn(kind, tookMs);
        return hash;
      } catch (error) {
        throw this.#closed ? dropped() : error;
      } finally {
        this.#expect(place, hasLeft ? 0 : this.#averageMs);
        this.#running -= 1;
        this.#next();
      }
    };
    return {
      pbkdf2: (password, salt, parameters) => {
        const { digest, iterations } = parameters;
        return hash({ password, salt, parameters }, `${digest} ${iterations}`, iterations * iterationMs);
      },
      foreign: (password, parameters, { kind, guessedMs }) => hash({ password, parameters }, kind, guessedMs),
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
    return this.#waitMs() > this.#maxWaitMs || this.#places >= this.#maxPlaces;
  }

  /**
   * The expected wait of one more place: until all before it have begun, and a thread is free again. Free threads begin with
   * places of average time at once.
   */
  #waitMs(): number {
    const waiting = Math.max(0, this.#places - this.#running);
    const starting = Math.min(this.#size - this.#running, waiting);
    if (this.#running + starting < this.#size) return 0;
    const startingMs = starting === 0 ? 0 : (this.#waitingMs * starting) / waiting;
    const freeMs = (this.#runningMs + startingMs) / this.#size;
    return (this.#waitingMs - startingMs + freeMs) / this.#size;
  }

  #expect(place: Place, ms: number, isRunning = false): void {
    if (place.isRunning) this.#runningMs -= place.ms;
    else this.#waitingMs -= place.ms;
    if (isRunning) this.#runningMs += ms;
    else this.#waitingMs += ms;
    Object.assign(place, { ms, isRunning });
  }

  #learn(kind: string, tookMs: number): void {
    const known = this.#kindMs.get(kind);
    this.#averageMs += (tookMs - this.#averageMs) / 8;
    this.#kindMs.set(kind, known === undefined ? tookMs : known + (tookMs - known) / 8);
    const [oldest = kind] = this.#kindMs.keys();
    if (this.#kindMs.size > maxKinds) this.#kindMs.delete(oldest);
    this.#hashed += 1;
    this.#hashedMs += tookMs;
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
