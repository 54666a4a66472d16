/** The port of the throttle: counters with a limit. */

/** A limit on one counter. */
export interface Quota {
  /** A SHA-256 of the target: 64 hexadecimal digits. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** A stored counter. */
export interface CountWindow {
  readonly key: string;
  readonly count: number;
  readonly windowEndsAt: number;
}

/** The outcome of an attempt: counted under every quota, in a window each and in their order, or under none. */
export type Counted =
  | { readonly allowed: true; readonly windows: readonly CountWindow[] }
  | { readonly allowed: false; readonly freeAt: number };

/** A window in which an attempt was counted. */
export interface CountedIn {
  readonly key: string;
  readonly windowEndsAt: number;
}

/**
 * The tolerance between the instants of concurrent attempts: each carries the start of its request, and a request may
 * arrive late, above all if it is sent slowly on purpose.
 */
export const clockSlackMs = 60_000;

export interface ThrottleStore {
  /**
   * Counts one attempt under all quotas, each with its own key, or under none if any is full. A window starts with its
   * first attempt; `freeAt` is the end of the last full one. A window that ends more than {@link clockSlackMs} later than
   * one started now was written under a wrong clock or another setting, and does not count.
   */
  take(quotas: readonly Quota[], now: number): Promise<Counted>;
  /**
   * Refunds one attempt in every window that counted it, in one step. A window that is missing or began anew is left alone,
   * and no count falls below zero.
   */
  refund(windows: readonly CountedIn[]): Promise<void>;
  /** The windows of some keys, ended ones included, in no order. */
  find(keys: readonly string[]): Promise<CountWindow[]>;
  /** Removes the windows of some keys; returns how many existed. */
  clear(keys: readonly string[]): Promise<number>;
  /** Removes at most `limit` windows that ended at or before `now`, earliest first; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
