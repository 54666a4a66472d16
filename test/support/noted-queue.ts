/** A queue of real hashes that notes what was asked of it: the cost of each hash, by its kind. */

import { HashingQueue, type HashingSlot } from '../../src/crypto/hashing-queue.ts';

export class NotedQueue extends HashingQueue {
  readonly #asked: string[] = [];

  /** The kinds of the hashes that were asked for since the last call. */
  asked(): string[] {
    return this.#asked.splice(0);
  }

  override enter(network: string, signal?: AbortSignal): HashingSlot {
    const slot = super.enter(network, signal);
    return {
      pbkdf2: (password, salt, parameters) => {
        this.#asked.push(`${parameters.digest} ${parameters.iterations} ${salt.byteLength}`);
        return slot.pbkdf2(password, salt, parameters);
      },
      foreign: (password, parameters, cost) => {
        this.#asked.push(cost.kind);
        return slot.foreign(password, parameters, cost);
      },
      [Symbol.dispose]: () => slot[Symbol.dispose](),
    };
  }
}
