/** Answers a flood of refusals no faster than it costs little: beyond a number in a moment they wait for their turn. */

/** Refusals answered in one stretch of time, and its length: two thousand a second. */
const maxAtOnce = 20;
const stretchMs = 10;

/** Refusals that wait; more are answered at once, since waiting costs memory. */
const maxWaiting = 4_000;

/**
 * A client that asks again as soon as it is refused keeps the process busy with refusing. Here it waits until others had
 * their turn, and ask the less often.
 */
export class RefusalLimiter {
  #left = maxAtOnce;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Resolves when it is the caller's turn; `undefined` if it is now. */
  turn(): Promise<void> | undefined {
    this.#timer ??= setInterval(() => this.#goOn(), stretchMs).unref();
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    if (this.#waiting.length >= maxWaiting) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #goOn(): void {
    const next = this.#waiting.splice(0, maxAtOnce);
    for (const go of next) go();
    this.#left = maxAtOnce - next.length;
    if (next.length > 0 || this.#left < maxAtOnce) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
