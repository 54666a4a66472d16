/** A feed of revocations that a test holds in its hand: it is fresh, silent or broken as the test says. */

import type { RevocationFeed, RevocationListener } from '../../src/storage/port/port.ts';

export class HandFeed implements RevocationFeed {
  #listener: RevocationListener | undefined;
  /** Whether the feed is fresh; an error is thrown. */
  state: boolean | Error = true;

  listen(listener: RevocationListener): void {
    this.#listener = listener;
  }

  isFresh(): boolean {
    if (this.state instanceof Error) throw this.state;
    return this.state;
  }

  async sweep(): Promise<number> {
    return 0;
  }

  /** The cache that listens. */
  get told(): RevocationListener {
    if (!this.#listener) throw new Error('Nothing listens to this feed.');
    return this.#listener;
  }
}
