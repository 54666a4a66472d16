/** Limits the rate of refusals, so that answering many of them costs little: those beyond the limit wait. */

/** Refusals answered in one interval, and its length in milliseconds: two thousand a second. */
const maxAtOnce = 20;
const stretchMs = 10;

/** Waiting refusals; more are answered at once, since waiting costs memory. */
const maxWaiting = 4_000;

/**
 * A client that repeats a refused request at once would keep the process busy. Here its answer waits in line, which slows
 * its next request down.
 */
export class RefusalLimiter {
  #left = maxAtOnce;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Resolves when the refusal may be answered; `undefined` if at once. */
  turn(): Promise<void> | undefined {
    this.#timer ??= setInterval(() => this.#refill(), stretchMs).unref();
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    if (this.#waiting.length >= maxWaiting) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #refill(): void {
    const next = this.#waiting.splice(0, maxAtOnce);
    for (const go of next) go();
    this.#left = maxAtOnce - next.length;
    if (next.length > 0 || this.#left < maxAtOnce) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
