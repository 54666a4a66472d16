/** The line before password hashing: bounded in places and in time, and refused before any hashing is paid for. */

import { availableParallelism } from 'node:os';
import { partOf, type Share, whole } from '../settings.ts';
import type { Pbkdf2Parameters } from './phc.ts';
import { HashingThreads } from './threads.ts';

/** The line is full; come back in this many seconds. */
export interface Overloaded {
  readonly refused: 'overloaded';
  readonly retryAfterSeconds: number;
}

/** The one who asked has gone, or the line was closed; nothing was hashed for it. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** How the line is bounded. */
export interface QueueLimits {
  /** Whose threads and places these are, if several processes hash on this machine. */
  readonly share?: Share;
  /** Hashes at once; default: one per core. At least one in each process. */
  readonly threads?: number;
  /** The longest wait that is worth starting, in milliseconds. */
  readonly longestWaitMs?: number;
  /** Places in line, however fast hashing is. */
  readonly mostPlaces?: number;
}

/** One place in line: may hash several times, one after another, until it is left. */
export interface Place extends Disposable {
  /**
   * PBKDF2-HMAC over the bytes of the password, off the event loop.
   *
   * @throws {Abandoned} if the place's signal was aborted before the hash was begun.
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
  /** How often somebody was told that the line is full. */
  readonly refused: number;
  readonly hashed: number;
  /** What those hashes took, in milliseconds of a thread. */
  readonly hashedMs: number;
}

interface Turn {
  begin(): void;
  abandon(): void;
}

/** What a hash costs before one was timed: about a third of a microsecond an iteration. */
const guessedMs = 65;

/** A bounded line before a pool of hashing threads. */
export class HashingQueue {
  readonly #threads: HashingThreads;
  readonly #size: number;
  readonly #longestWaitMs: number;
  readonly #mostPlaces: number;
  readonly #line: Turn[] = [];
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
    longestWaitMs = 2_000,
    mostPlaces = 1_000,
  }: QueueLimits = {}) {
    this.#threads = new HashingThreads();
    this.#size = Math.max(1, partOf(threads, share));
    this.#longestWaitMs = longestWaitMs;
    this.#mostPlaces = partOf(mostPlaces, share);
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

  /** Says at once whether the line is full: whether all who stand in it would take more than the longest wait. */
  overloaded(): Overloaded | undefined {
    const waitMs = (Math.max(0, this.#places + 1 - this.#size) * this.#averageMs) / this.#size;
    if (waitMs <= this.#longestWaitMs && this.#places < this.#mostPlaces) return undefined;
    this.#refused += 1;
    return { refused: 'overloaded', retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) };
  }

  /** Takes a place in line, which the caller found not overloaded just before. Leave it when done (`using`). */
  enter(signal?: AbortSignal): Place {
    this.#places += 1;
    let left = false;
    return {
      pbkdf2: async (password, salt, parameters) => {
        await this.#turn(signal);
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
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#places -= 1;
      },
    };
  }

  /** Drops everyone in line, now and later, and ends the threads; hashes under way are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#threads.close();
  }

  /** Waits for a free thread. Whoever goes meanwhile leaves the line at once, and those behind move up. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        this.#line.splice(this.#line.indexOf(turn), 1);
        turn.abandon();
      };
      const turn: Turn = {
        begin: () => {
          signal?.removeEventListener('abort', go);
          resolve();
        },
        abandon: () => {
          signal?.removeEventListener('abort', go);
          reject(new Abandoned('Dropped from the line unhashed.'));
        },
      };
      if (signal?.aborted) return turn.abandon();
      signal?.addEventListener('abort', go);
      this.#line.push(turn);
      this.#next();
    });
  }

  #next(): void {
    while (this.#closed || this.#running < this.#size) {
      const turn = this.#line.shift();
      if (!turn) return;
      if (this.#closed) turn.abandon();
      else {
        this.#running += 1;
        turn.begin();
      }
    }
  }
}
