/** One operation of a client on a node, as the record of a trial keeps it. */

import type { Told } from '../agent.ts';
import type { Owner } from '../ledger.ts';

export type Kind = 'register' | 'login' | 'check' | 'logout' | 'health';

/**
 * How an operation ended. `done`: acknowledged, and for a check that the session lives. `taken`: the name has an owner.
 * `refused`: no session, or wrong credentials. `unavailable`: 503 with `Retry-After`. `unanswered`: the connection broke.
 * `wrong`: anything else, which no contract allows.
 */
export type Outcome = 'done' | 'taken' | 'refused' | 'unavailable' | 'unanswered' | 'wrong';

export interface Operation {
  readonly kind: Kind;
  /** The number of the node that was asked. */
  readonly node: number;
  /** Before the request was sent and after the answer was read, in monotonic milliseconds of the test. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** The status, or the code of the error. */
  readonly said: string;
  /** The person, for `register` and `login`. */
  readonly name?: string | undefined;
  /** The session that was asked about or, if it was `done`, began. */
  readonly session?: string | undefined;
  /** Without an answer: no server listened, the connection was reset before an answer began, or it took too long. */
  readonly broke?: 'unconnected' | 'reset' | 'late' | undefined;
}

export type Contract = Owner['contract'];

const expected: Record<Kind, (contract: Contract) => Readonly<Record<number, Outcome>>> = {
  register: (contract) => ({ [contract === 'rest' ? 201 : 200]: 'done', 409: 'taken' }),
  login: () => ({ 200: 'done', 401: 'refused' }),
  check: () => ({ 200: 'done', 401: 'refused' }),
  // `rest` says 204 whether or not there was a session to end (ruling R1).
  logout: (contract) => (contract === 'rest' ? { 204: 'done' } : { 200: 'done', 401: 'refused' }),
  health: () => ({ 200: 'done' }),
};

/** What an answer means. */
export function outcomeOf(kind: Kind, contract: Contract, { status, retryAfter }: Told): Outcome {
  if (status === 503 && kind !== 'health' && Number(retryAfter) >= 1) return 'unavailable';
  return expected[kind](contract)[status] ?? 'wrong';
}
