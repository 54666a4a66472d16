/** Throttle windows in memory, for the time while the store cannot count. */

import type { Counted, CountedIn, CountWindow, Quota, ThrottleStore } from '../port/port.ts';
import { countAttempt, refundAttempt } from './throttle-window.ts';

/** Windows kept, of about 200 bytes each. */
const maxWindows = 50_000;

/** Counts of this process, lost when it ends. Beyond `maxWindows`, the windows that began first are dropped. */
export class MemoryThrottle implements ThrottleStore {
  readonly #windows = new Map<string, CountWindow>();
  readonly #limit: number;

  constructor(limit = maxWindows) {
    this.#limit = limit;
  }

  async take(quotas: readonly Quota[], now: number): Promise<Counted> {
    return this.count(quotas, now);
  }

  async refund(windows: readonly CountedIn[]): Promise<void> {
    this.#keep(refundAttempt(windows, this.#find(windows)));
  }

  async find(keys: readonly string[]): Promise<CountWindow[]> {
    return this.#find(keys.map((key) => ({ key })));
  }

  async clear(keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.#windows.delete(key)).length;
  }

  async sweep(now: number, limit: number): Promise<number> {
    const ended = [...this.#windows.values()].filter(({ windowEndsAt }) => windowEndsAt <= now);
    ended.sort((a, b) => a.windowEndsAt - b.windowEndsAt);
    for (const { key } of ended.slice(0, limit)) this.#windows.delete(key);
    return Math.min(ended.length, limit);
  }

  /** The synchronous form of `take`. */
  count(quotas: readonly Quota[], now: number): Counted {
    const counted = countAttempt(quotas, this.#find(quotas), now);
    if (counted.allowed) this.#keep(counted.windows);
    return counted;
  }

  /** Refunds one attempt under some keys, in their current windows. */
  refundAny(counters: readonly { readonly key: string }[]): void {
    const windows = this.#find(counters);
    this.#keep(refundAttempt(windows, windows));
  }

  #find(counters: readonly { readonly key: string }[]): CountWindow[] {
    return counters.flatMap(({ key }) => this.#windows.get(key) ?? []);
  }

  /** A current window keeps its position; a new one comes last. */
  #keep(windows: readonly CountWindow[]): void {
    for (const window of windows) {
      const { key, windowEndsAt } = window;
      if (this.#windows.get(key)?.windowEndsAt !== windowEndsAt) this.#windows.delete(key);
      this.#windows.set(key, window);
      const [oldest] = this.#windows.keys();
      if (this.#windows.size > this.#limit && oldest !== undefined) this.#windows.delete(oldest);
    }
  }
}
