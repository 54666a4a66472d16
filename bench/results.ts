/** The outcome of a run, as it is kept in a file: where it took place, how it was asked for, and its figures. */

import type { Options } from './bench.ts';
import type { Figure } from './figures.ts';
import type { Machine } from './machine.ts';

export interface Results {
  readonly date: string;
  /** The command that makes such a run again. */
  readonly command: string;
  readonly machine: Machine;
  readonly options: Options;
  readonly figures: readonly Figure[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}
