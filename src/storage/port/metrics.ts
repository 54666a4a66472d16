/** The port of the metrics of a store. */

/** One value of a metric. Labels hold only words of this program, never input. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A histogram since the start. */
export interface Buckets {
  /** Upper bounds, inclusive and ascending. */
  readonly bounds: readonly number[];
  /** Values of each bucket alone, not cumulative; one more than there are bounds, for larger values. */
  readonly counts: readonly number[];
  /** The sum of all values. */
  readonly sum: number;
}

interface Named {
  /** Begins with `gatehouse_` and ends in its unit (`_seconds`, `_bytes`); a counter ends in `_total`. */
  readonly name: string;
  /** One sentence with its full stop. */
  readonly help: string;
}

/** One metric. A counter only grows until the process ends; a gauge goes up and down. */
export type Metric =
  | (Named & { readonly kind: 'counter'; readonly samples: readonly Sample[] })
  | (Named & {
      readonly kind: 'gauge';
      readonly samples: readonly Sample[];
      /** The values of several processes cannot be summed. */
      readonly isOfOne?: true;
    })
  | (Named & { readonly kind: 'histogram'; readonly buckets: Buckets });
