/** What may happen to the nodes of the model, and to their database. */

import type { Commit, Delay } from './node.ts';

/** A node by its number, or an operator with psql. */
export type Author = 0 | 1 | 'operator';

export type Deed =
  /** `of` counts the sessions from the one that began last; `null` is an unknown id. */
  | { readonly do: 'check'; readonly of: number | null; readonly on: 0 | 1; readonly rows: Delay }
  | { readonly do: 'end'; readonly of: number; readonly by: Author; readonly commit: Commit }
  | { readonly do: 'begin'; readonly commit: Commit }
  | { readonly do: 'disable' | 'enable'; readonly user: 0 | 1; readonly by: Author; readonly commit: Commit }
  | { readonly do: 'slow'; readonly on: 0 | 1; readonly line: Delay }
  | { readonly do: 'notify'; readonly on: 0 | 1; readonly times: number }
  | { readonly do: 'sweep'; readonly on: 0 | 1 }
  | { readonly do: 'hold'; readonly ms: number }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'reconnect'; readonly on: 0 | 1; readonly afterMs: number }
  | { readonly do: 'fail over'; readonly lost: number; readonly isNoticed: boolean; readonly afterMs: number }
  /** Removes all rows of the feed by hand, and with them the row of an end. */
  | { readonly do: 'empty'; readonly of: number };
