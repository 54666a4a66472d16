/** The port of the metrics: what a store can say of itself in numbers. */

/** One value of a metric. Labels hold words this program chose, never anything that came from outside. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How many values fell where, since the start. */
export interface Buckets {
  /** Upper bounds, inclusive and ascending. */
  readonly bounds: readonly number[];
  /** How many fell into each and into none of those before it; one more than there are bounds, for what lies above. */
  readonly counts: readonly number[];
  /** All values together. */
  readonly sum: number;
}

interface Named {
  /** Begins with `gatehouse_` and ends in its unit (`_seconds`, `_bytes`); of a counter it ends in `_total`. */
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
      /** It tells of one process; the values of several are not to be added up. */
      readonly isOfOne?: true;
    })
  | (Named & { readonly kind: 'histogram'; readonly buckets: Buckets });
