/** What a case can find, and how it says so. */

import type { Answer } from './client/exchange.ts';

/** The server does not do what the sentence says. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly expected: string;
  readonly got: string;
  readonly answer: Answer | undefined;

  constructor(expected: string, got: string, answer?: Answer) {
    super(`Expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
    this.answer = answer;
  }
}

/** Nothing can be said: something else stood in the way. The message is the reason. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}

/**
 * `held`: the server does what the sentence says. `broken`: it does not. `inconclusive`: it could not be found out.
 * `noted`: it does, as far as this run can see.
 */
export type Verdict = 'held' | 'broken' | 'inconclusive' | 'noted';

/** What one case found. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly contract: ContractName;
  readonly sentence: Sentence;
  /** `must`: the contract says it. Otherwise the ruling by which Gatehouse reads it so. */
  readonly says: 'must' | { readonly reading: string };
  readonly verdict: Verdict;
  readonly expected?: string;
  readonly got?: string;
  /** The request as a line for a shell. */
  readonly curl?: string;
  /** Why it is inconclusive, or what was noted. */
  readonly reason?: string;
  readonly ms: number;
}

export type ContractName = 'envelope' | 'rest' | 'dotjson';

/** A sentence or a row of a table on a page of `docs/contracts`. */
export interface Sentence {
  readonly page: string;
  readonly quote: string;
}
