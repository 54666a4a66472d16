/** A throttle that counts in this process while the shared store cannot. */

import {
  type Counted,
  type CountedIn,
  type CountWindow,
  type Metric,
  type Quota,
  StoreUnavailable,
  type ThrottleStore,
} from '../port/port.ts';
import { MemoryThrottle } from './memory-throttle.ts';

/** The longest wait for the shared count; then the attempt is counted here, in milliseconds. */
const timeoutMs = 1_000;

/** The pause before the shared store is tried again, in milliseconds. */
const pauseMs = 1_000;

/**
 * Every attempt is also counted here, so that this process knows its own counts when the store fails. An attacker who uses
 * n processes then has at most n times the attempts of one.
 */
export class FallbackThrottle implements ThrottleStore {
  readonly #store: ThrottleStore;
  readonly #own = new MemoryThrottle();
  readonly #report: (cause: Error | undefined) => void;
  #awayUntil = 0;
  #isAlone = false;
  /** Attempts that were counted only here. */
  countedAlone = 0;

  /**
   * @param report is called with the cause when this process begins to count alone, and without one when the store counts
   * again.
   */
  constructor(store: ThrottleStore, report: (cause: Error | undefined) => void = () => {}) {
    this.#store = store;
    this.#report = report;
  }

  async take(quotas: readonly Quota[], now: number): Promise<Counted> {
    const own = this.#own.count(quotas, now);
    const shared = await this.#shared(() => this.#store.take(quotas, now));
    if (!shared) {
      this.countedAlone += 1;
      return own;
    }
    // A refused attempt is not counted.
    if (!shared.allowed && own.allowed) this.#own.refundAny(quotas);
    return shared;
  }

  /** Never fails: an attempt that could not be refunded stays counted, which costs its owner one attempt. */
  async refund(windows: readonly CountedIn[]): Promise<void> {
    this.#own.refundAny(windows);
    await this.#shared(() => this.#store.refund(windows).then(() => true));
  }

  find(keys: readonly string[]): Promise<CountWindow[]> {
    return this.#store.find(keys);
  }

  /** The counts of other nodes stay; they matter only while the store cannot count. */
  async clear(keys: readonly string[]): Promise<number> {
    await this.#own.clear(keys);
    return this.#store.clear(keys);
  }

  async sweep(now: number, limit: number): Promise<number> {
    await this.#own.sweep(now, limit);
    return this.#store.sweep(now, limit);
  }

  metric(): Metric {
    return {
      name: 'gatehouse_throttle_alone_total',
      kind: 'counter',
      help: 'Attempts that only this node counted because the database could not.',
      samples: [{ value: this.countedAlone }],
    };
  }

  /** The answer of the store; `undefined` if it fails or is too late. */
  async #shared<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    if (performance.now() < this.#awayUntil) return undefined;
    // Only one call tries whether the store is back: each waiting call holds a connection.
    if (this.#awayUntil > 0) this.#awayUntil = performance.now() + timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<StoreUnavailable>((resolve) => {
      const cause = new StoreUnavailable(`The throttle did not answer within ${timeoutMs} ms.`);
      timer = setTimeout(() => resolve(cause), timeoutMs);
    });
    const asked = ask().catch((error) => {
      if (error instanceof StoreUnavailable) return error;
      throw error;
    });
    const answer = await Promise.race([asked, late]).finally(() => clearTimeout(timer));
    const cause = answer instanceof StoreUnavailable ? answer : undefined;
    this.#awayUntil = cause ? performance.now() + pauseMs : 0;
    this.#tell(cause);
    return answer instanceof StoreUnavailable ? undefined : answer;
  }

  #tell(cause: Error | undefined): void {
    const isAlone = cause !== undefined;
    if (isAlone === this.#isAlone) return;
    this.#isAlone = isAlone;
    this.#report(cause);
  }
}
