/** Throttle windows in the memory of this process, for as long as the store cannot count. */

import {
  type Counted,
  type CountedIn,
  type CountWindow,
  clockSlackMs,
  lastEnd,
  type Quota,
  type ThrottleStore,
} from '../port/port.ts';

/** Windows kept, of about 200 bytes each. */
const maxWindows = 50_000;

interface Window {
  count: number;
  readonly windowEndsAt: number;
}

/** Counts of this process alone, gone with it. Beyond a number of windows those that began first are forgotten. */
export class MemoryThrottle implements ThrottleStore {
  readonly #windows = new Map<string, Window>();
  readonly #limit: number;

  constructor(limit = maxWindows) {
    this.#limit = limit;
  }

  async take(quotas: readonly Quota[], now: number): Promise<Counted> {
    return this.count(quotas, now);
  }

  async refund(windows: readonly CountedIn[]): Promise<void> {
    for (const { key, windowEndsAt } of windows)
      if (this.#windows.get(key)?.windowEndsAt === windowEndsAt) this.forgive(key);
  }

  async look(keys: readonly string[]): Promise<CountWindow[]> {
    return keys.flatMap((key) => {
      const window = this.#windows.get(key);
      return window ? [{ key, count: window.count, windowEndsAt: window.windowEndsAt }] : [];
    });
  }

  async clear(keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.#windows.delete(key)).length;
  }

  async sweep(now: number, limit: number): Promise<number> {
    const over = [...this.#windows].filter(([, { windowEndsAt }]) => windowEndsAt <= now);
    over.sort(([, a], [, b]) => a.windowEndsAt - b.windowEndsAt);
    for (const [key] of over.slice(0, limit)) this.#windows.delete(key);
    return Math.min(over.length, limit);
  }

  /** As `take`, at once. */
  count(quotas: readonly Quota[], now: number): Counted {
    const windows = quotas.map((quota) => ({ quota, window: this.#current(quota, now) }));
    const full = windows.filter(({ quota, window }) => window.count >= quota.limit);
    const freeAt = lastEnd(full.map(({ window }) => window));
    if (freeAt !== undefined) return { allowed: false, freeAt };
    for (const { quota, window } of windows) this.#keep(quota.key, window);
    return { allowed: true, windowEndsAt: windows.map(({ window }) => window.windowEndsAt) };
  }

  /** Takes one attempt back, in whichever window. */
  forgive(key: string): void {
    const window = this.#windows.get(key);
    if (window && window.count > 0) window.count -= 1;
  }

  #current({ key, windowMs }: Quota, now: number): Window {
    const window = this.#windows.get(key);
    const isCurrent =
      window && window.windowEndsAt > now && window.windowEndsAt <= now + windowMs + clockSlackMs;
    return isCurrent ? window : { count: 0, windowEndsAt: now + windowMs };
  }

  #keep(key: string, window: Window): void {
    window.count += 1;
    if (this.#windows.get(key) === window) return;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > this.#limit && oldest !== undefined) this.#windows.delete(oldest);
  }
}
