/** A queue of real hashes that a test can hold before they begin, to interfere at exactly that moment. */

import { HashingQueue, type HashingSlot } from '../../src/crypto/hashing-queue.ts';

export class HeldQueue extends HashingQueue {
  #held: Promise<void> = Promise.resolve();

  /** Hashes that are asked for from now on begin only when what is returned was called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  override enter(network: string, signal?: AbortSignal): HashingSlot {
    const slot = super.enter(network, signal);
    return {
      pbkdf2: async (...task) => {
        await this.#held;
        return slot.pbkdf2(...task);
      },
      foreign: async (...task) => {
        await this.#held;
        return slot.foreign(...task);
      },
      [Symbol.dispose]: () => slot[Symbol.dispose](),
    };
  }
}
