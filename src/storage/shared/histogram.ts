/** Counts values by size: numbers only, a few nanoseconds each. */

import type { Buckets } from '../port/port.ts';

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds upper bounds, inclusive and ascending; larger values are counted in one more bucket. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** Counts a value; ignores one that is not a finite number. */
  observe(value: number): void {
    if (!Number.isFinite(value)) return;
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] as number)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** The counts so far. */
  buckets(): Buckets {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
