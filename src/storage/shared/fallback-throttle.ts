/** A throttle that goes on counting by itself while the store that counts for all cannot. */

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

/** How long an attempt waits to be counted for all; afterwards it is counted here. */
const patienceMs = 1_000;

/** How long no attempt waits again after one waited in vain. */
const pauseMs = 1_000;

/**
 * Every attempt is counted here as well, so that this process knows from the first moment what came through it. An
 * attacker who guesses through n processes at once then has n times the attempts of one, and never more.
 */
export class FallbackThrottle implements ThrottleStore {
  readonly #store: ThrottleStore;
  readonly #own = new MemoryThrottle();
  readonly #report: (cause: Error | undefined) => void;
  #awayUntil = 0;
  #isAlone = false;
  /** Attempts that were counted here alone. */
  countedAlone = 0;

  /**
   * `report` is called once when this process begins to count by itself, with the cause, and once without a cause when
   * the store counts for all again.
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
    // What was refused was not counted.
    if (!shared.allowed && own.allowed) this.#own.refundAny(quotas);
    return shared;
  }

  /** Never fails: an attempt that could not be taken back stays counted, which costs its owner one attempt and nothing else. */
  async refund(windows: readonly CountedIn[]): Promise<void> {
    this.#own.refundAny(windows);
    await this.#shared(() => this.#store.refund(windows).then(() => true));
  }

  find(keys: readonly string[]): Promise<CountWindow[]> {
    return this.#store.find(keys);
  }

  /** What the other nodes count for themselves stays, and matters only while the store cannot count. */
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
      help: 'Attempts that this node counted for itself because the database could not count them for all.',
      samples: [{ value: this.countedAlone }],
    };
  }

  /** What the store says, unless it cannot say it, or not in time. */
  async #shared<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    if (performance.now() < this.#awayUntil) return undefined;
    // One asks for all whether the store is back: each that waits for it holds a connection.
    if (this.#awayUntil > 0) this.#awayUntil = performance.now() + patienceMs;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<StoreUnavailable>((resolve) => {
      const cause = new StoreUnavailable(`The throttle did not answer within ${patienceMs} ms.`);
      timer = setTimeout(() => resolve(cause), patienceMs);
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
