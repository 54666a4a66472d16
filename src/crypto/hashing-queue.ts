/** The line before password hashing: bounded in places and in time, and fair between networks. */

import { availableParallelism } from 'node:os';
import { partOf, type Share, whole } from '../settings/settings.ts';
import { HashingThreads } from './hashing-threads.ts';
import type { Pbkdf2Parameters } from './phc.ts';
import { dropped, Turns } from './waiting-turns.ts';

export { Abandoned } from './waiting-turns.ts';

/** The line is full; come back in this many seconds. */
export interface Overloaded {
  readonly refused: 'overloaded';
  readonly retryAfterSeconds: number;
}

/** The line was full, and a login came whose network had fewer places; nothing was hashed for this one. */
export class Displaced extends Error {
  override readonly name = 'Displaced';
  readonly refusal: Overloaded;

  constructor(refusal: Overloaded) {
    super('Gave way in the line unhashed.');
    this.refusal = refusal;
  }
}

/** How the line is bounded. */
export interface QueueLimits {
  /** Whose threads and places these are, if several processes hash on this machine. */
  readonly share?: Share;
  /** Hashes at once; default: one per core. At least one in each process. */
  readonly threads?: number;
  /** The longest wait that is worth starting, in milliseconds. */
  readonly maxWaitMs?: number;
  /** Places in line, however fast hashing is. */
  readonly maxPlaces?: number;
}

/** One place in line: may hash several times, one after another, until it is left. */
export interface HashingSlot extends Disposable {
  /**
   * PBKDF2-HMAC over the bytes of the password, off the event loop.
   *
   * @throws {Abandoned} if the place's signal was aborted before the hash was begun.
   * @throws {Displaced} if the place was given to another network before its first hash was begun.
   */
  pbkdf2(password: Uint8Array, salt: Uint8Array, parameters: Pbkdf2Parameters): Promise<Uint8Array>;
}

/** The line in numbers: how it stands, and what went through it since the start. */
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

/** What a hash costs before one was timed: about a third of a microsecond an iteration. */
const guessedMs = 65;

/**
 * A bounded line before a pool of hashing threads. Networks take turns. One network may take all places while no other
 * wants any; once the line is full, a newcomer displaces the newest who waits of the network that has the most
 * waiting, if that network has at least two places more. So a flood from one network leaves the others their share.
 */
export class HashingQueue {
  readonly #threads: HashingThreads;
  readonly #size: number;
  readonly #maxWaitMs: number;
  readonly #maxPlaces: number;
  readonly #turns = new Turns();
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
    const [threads, places, running] = [this.#size, this.#places, this.#running];
    return {
      threads,
      places,
      running,
      refused: this.#refused,
      hashed: this.#hashed,
      hashedMs: this.#hashedMs,
    };
  }

  /**
   * Says at once whether a network is refused: because all who stand in line would take more than the longest wait, and
   * none of them has to give way to this network.
   */
  overloaded(network: string): Overloaded | undefined {
    return this.#isFull() && !this.#givingWayTo(network) ? this.#refusal() : undefined;
  }

  /** Takes a place in line, which the caller found not overloaded just before. Leave it when done (`using`). */
  enter(network: string, signal?: AbortSignal): HashingSlot {
    const givesWay = this.#isFull() ? this.#givingWayTo(network) : undefined;
    if (givesWay) this.#turns.displace(givesWay, new Displaced(this.#refusal()));
    this.#hold(network, 1);
    let hasLeft = false;
    const leave = () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#hold(network, -1);
    };
    let hasHashed = false;
    return {
      pbkdf2: async (password, salt, parameters) => {
        const turn = this.#turns.wait(hasHashed ? undefined : network, signal, leave);
        this.#next();
        await turn;
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

  /** Drops everyone in line, now and later, and ends the threads; hashes under way are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#threads.close();
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
  #givingWayTo(network: string) {
    const newest = this.#turns.newestOfLongest();
    return newest && this.#heldBy(newest.network) > this.#heldBy(network) + 1 ? newest : undefined;
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
      const turn = this.#turns.take();
      if (!turn) return;
      if (this.#closed) turn.end(dropped());
      else {
        this.#running += 1;
        turn.begin();
      }
    }
  }
}
