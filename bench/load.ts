/** Checks of many sessions whose ids are computed from their numbers. */

import type { Some } from './crowd.ts';
import { fire } from './fire.ts';
import type { Answered } from './volley.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Each request presents one of these, chosen at random. */
  readonly sessions: Some;
}

export type Measured = Answered;

/** Runs the load to its end, on the second core. */
export function load({ sessions, ...volley }: Load): Promise<Measured> {
  return fire({ ...volley, headers: { Cookie: 'session_id={n}' }, among: sessions });
}
