/** The port of the throttle: counters that an attempt must fit into. */

/** One counter an attempt must fit into. */
export interface Quota {
  /** A SHA-256 that stands for what is counted: 64 hexadecimal digits. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** A counter as it is kept. */
export interface CountWindow {
  readonly key: string;
  readonly count: number;
  readonly windowEndsAt: number;
}

/** What became of an attempt: counted under every quota, in a window for each and in their order, or under none. */
export type Counted =
  | { readonly allowed: true; readonly windows: readonly CountWindow[] }
  | { readonly allowed: false; readonly freeAt: number };

/** A window in which an attempt was counted. */
export interface CountedIn {
  readonly key: string;
  readonly windowEndsAt: number;
}

/**
 * How much earlier than another an attempt may be by its own account: it carries the instant its request began, and
 * requests overtake one another, above all those that are sent slowly on purpose.
 */
export const clockSlackMs = 60_000;

export interface ThrottleStore {
  /**
   * Counts one attempt under all quotas, each of another key, or under none if any of them is full. A window starts
   * with the first attempt counted in it; `freeAt` is when the last full one ends. A window that ends more than
   * {@link clockSlackMs} later than one started now was written under a wrong clock or another setting, and does not
   * count.
   */
  take(quotas: readonly Quota[], now: number): Promise<Counted>;
  /**
   * Takes one attempt back out of every window it was counted in, in one step. A window that is gone, or has begun anew
   * since, is left alone, and no count falls below zero.
   */
  refund(windows: readonly CountedIn[]): Promise<void>;
  /** The windows there are under some keys, over or not, in no order. */
  find(keys: readonly string[]): Promise<CountWindow[]>;
  /** Removes the windows under some keys; returns how many there were. */
  clear(keys: readonly string[]): Promise<number>;
  /** Removes at most `limit` windows that ended at or before `now`, earliest first; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
