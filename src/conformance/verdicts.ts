/** The verdicts of cases, and the errors by which a case gives them. */

import type { Answer } from './client/exchange.ts';

/** The server does not do what the sentence says. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly expected: string;
  readonly got: string;
  readonly answer: Answer | undefined;

  /** `expected` and `got` are words that continue "Expected" and "got"; `answer` is the one that shows the fault. */
  constructor(expected: string, got: string, answer?: Answer) {
    super(`Expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
    this.answer = answer;
  }
}

/** The longest text of a server that a report shows, in characters. */
const maxLength = 500;

/** The start of a text that may be a server's. */
export function bounded(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** Whether the server does what the sentence says cannot be seen. The message is the reason, without a full stop. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}

export type ContractName = 'envelope' | 'rest' | 'dotjson';

/** `must`: the contract says it. `reading`: the contract leaves it open, and Gatehouse decided it by this ruling. */
export type Basis = 'must' | { readonly reading: string };

/**
 * `passed`: the server does what the sentence says. `failed`: it does not. `inconclusive`: that could not be seen.
 * `noted`: it does as far as this run can see, and `reason` says what was not seen.
 */
export type Verdict = 'passed' | 'failed' | 'inconclusive' | 'noted';

/** A sentence, or a row of a table, of a page in `docs/contracts`. */
export interface Sentence {
  readonly page: string;
  readonly quote: string;
}

/** What one case found. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly contract: ContractName;
  readonly sentence: Sentence;
  readonly basis: Basis;
  readonly verdict: Verdict;
  /** Of a failed case: what the sentence says. */
  readonly expected?: string;
  /** Of a failed case: what came. */
  readonly got?: string;
  /** Of a failed case: the request as a line for a shell. */
  readonly curl?: string;
  /** Of an inconclusive or noted case: why. */
  readonly reason?: string;
  /** How long the case took, in milliseconds. */
  readonly ms: number;
}
