/** A monotonic clock and timers that only a test moves, in turns of the event loop that take no time. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';

interface Timer {
  readonly at: number;
  readonly run: () => void;
  unref(): Timer;
}

export class ManualClock {
  /** Milliseconds since the start. */
  now = 0;
  readonly #timers = new Set<Timer>();

  /** Takes the place of the real clock until `uninstall`. */
  install(): void {
    vi.spyOn(performance, 'now').mockImplementation(() => this.now);
    vi.stubGlobal('setTimeout', (run: () => void, ms = 0) => this.#add(run, ms));
    vi.stubGlobal('setImmediate', (run: () => void) => this.#add(run, 0));
    vi.stubGlobal('clearTimeout', (timer: Timer) => void this.#timers.delete(timer));
  }

  uninstall(): void {
    vi.mocked(performance.now).mockRestore();
    vi.unstubAllGlobals();
  }

  /** Resolves after so many milliseconds of this clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#add(resolve, ms));
  }

  /** Lets time pass; everything that becomes due happens at its instant, in order. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await nextTurn();
      const timer = this.#first();
      if (!timer || timer.at > until) break;
      this.#timers.delete(timer);
      this.now = timer.at;
      timer.run();
    }
    this.now = until;
  }

  #add(run: () => void, ms: number): Timer {
    const timer: Timer = { at: this.now + Math.max(0, ms), run, unref: () => timer };
    this.#timers.add(timer);
    return timer;
  }

  /** Of two at one instant, the one that was set first. */
  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }
}
