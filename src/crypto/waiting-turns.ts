/** Waiting for a free thread, until it is one's turn, one gives way, or one has gone. */

import { Chain, FairLine, type Waiter } from './fair-queue.ts';

/** The one who asked has gone, or the line was closed; nothing was hashed for it. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

export const dropped = () => new Abandoned('Dropped from the line unhashed.');

/** One who waits for a thread. */
export interface Turn {
  begin(): void;
  /** Ends the waiting with an error, of one who was taken out of the line. */
  end(error: Error): void;
}

/** Those who wait: first those who have hashed before, then one of each network after another. */
export class Turns {
  readonly #line = new FairLine<Turn>();
  readonly #again = new Chain<Turn>();

  /**
   * Resolves when it is one's turn: among those of a network, or ahead of all. A client that goes meanwhile leaves the line at
   * once, and those behind move up. `leave` is called before the promise rejects, because a newcomer that takes the place of one
   * who leaves counts on it.
   */
  wait(network: string | undefined, signal: AbortSignal | undefined, leave: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(dropped());
      const go = () => {
        takeOut();
        turn.end(dropped());
      };
      const turn: Turn = {
        begin: () => {
          signal?.removeEventListener('abort', go);
          resolve();
        },
        end: (error) => {
          signal?.removeEventListener('abort', go);
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', go);
      const takeOut = this.#add(network, turn);
    });
  }

  /** Takes the one whose turn it is. */
  take(): Turn | undefined {
    const { first } = this.#again;
    if (!first) return this.#line.take();
    this.#again.remove(first);
    return first.item;
  }

  /** The one who came last of the network with the most in line; those who have hashed before do not count. */
  newestOfLongest(): (Waiter<Turn> & { readonly network: string }) | undefined {
    return this.#line.newestOfLongest();
  }

  /** Takes one out who has not hashed before. */
  displace(waiter: Waiter<Turn>, error: Error): void {
    this.#line.remove(waiter);
    waiter.link.item.end(error);
  }

  /** Adds one; the returned function takes them out. */
  #add(network: string | undefined, turn: Turn): () => void {
    if (network === undefined) {
      const link = this.#again.push(turn);
      return () => this.#again.remove(link);
    }
    const waiter = this.#line.add(network, turn);
    return () => this.#line.remove(waiter);
  }
}
