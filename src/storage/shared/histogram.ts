/** Counts values by how large they are: numbers only, a few nanoseconds each. */

import type { Buckets } from '../port/port.ts';

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds upper bounds, inclusive and ascending; what is larger is counted above them. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** Counts a value; what is not a finite number is left out. */
  observe(value: number): void {
    if (!Number.isFinite(value)) return;
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] as number)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** What was counted until now. */
  buckets(): Buckets {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
