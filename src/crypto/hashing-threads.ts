/** Threads that compute hashes at a lower priority, so that the event loop goes first. */

import { Worker } from 'node:worker_threads';
import type { HashParameters } from './hashes/hash-types.ts';
import type { Pbkdf2Parameters } from './phc.ts';

export interface OwnTask {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly parameters: Pbkdf2Parameters;
}

export interface ForeignTask {
  readonly password: Uint8Array;
  readonly parameters: HashParameters;
}

export type Task = OwnTask | ForeignTask;

/** The answer of a thread: the hash, and the time it took on the thread. */
export interface Derived {
  readonly hash: Uint8Array;
  readonly tookMs: number;
}

const program = new URL('./hashing-thread.js', import.meta.url);

/**
 * A pool that grows by one thread whenever none is free; the caller bounds how many it uses at once. It does not use
 * libuv's threads, so that neither the file system nor DNS ever waits behind a hash.
 */
export class HashingThreads {
  readonly #all = new Set<Worker>();
  readonly #free: Worker[] = [];
  #closed = false;

  /** Rejects if the thread dies, and after `close`; a later call starts a new thread. */
  async compute(task: Task): Promise<Derived> {
    if (this.#closed) throw new Error('The hashing threads were ended.');
    const thread = this.#free.pop() ?? this.#start();
    return new Promise<Derived>((resolve, reject) => {
      const settle = (finish: () => void) => {
        thread.off('message', answered).off('exit', died);
        thread.unref();
        finish();
      };
      const answered = (derived: Derived) =>
        settle(() => {
          this.#free.push(thread);
          resolve(derived);
        });
      const died = () => settle(() => reject(new Error('A hashing thread ended before it answered.')));
      thread.on('message', answered).on('exit', died);
      thread.ref();
      thread.postMessage(task);
    });
  }

  /** Ends all threads, each after its current hash, which is discarded. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((thread) => thread.terminate()));
  }

  #start(): Worker {
    const thread = new Worker(program, { name: 'gatehouse-hashing', execArgv: [], env: {} });
    this.#all.add(thread);
    // An error in a thread ends it; the exit handler rejects the waiting call.
    thread.on('error', () => {});
    thread.once('exit', () => {
      this.#all.delete(thread);
      const place = this.#free.indexOf(thread);
      if (place >= 0) this.#free.splice(place, 1);
    });
    return thread;
  }
}
