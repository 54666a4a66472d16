/** The options of a run, its report, and the outcome of that. */

import type { Case } from './case.ts';
import type { ContractName, Result, Verdict } from './verdicts.ts';

export interface ConformanceOptions {
  /** Where the server is, with its base path: `http://` or `https://`. */
  readonly url: string | URL;
  /** The contracts to judge; all three by default. */
  readonly contracts?: readonly ContractName[];
  /** An account that exists, for servers on which none can be registered. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Headers for every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The pause before each request, in milliseconds; none by default. */
  readonly paceMs?: number;
  /** How long one answer may take, in milliseconds; 5000 by default. */
  readonly timeoutMs?: number;
  /** How long a run may take without the pauses, in milliseconds; 55,000 by default and at most. */
  readonly maxMs?: number;
  /** `ok` if `envelope` and `dotjson` answer refusals with status 200, too. */
  readonly status?: 'http' | 'ok';
  /**
   * The path of a GET that succeeds with a live session and is refused without one (401, 403 or a redirect): it shows whether
   * sessions of `rest` are alive. The id is sent in the cookie and in `X-Session-Id`. `/auth/session` by default.
   */
  readonly checkPath?: string;
  /** An origin that the server allows to call it from a browser; without it, the cases of CORS are left out. */
  readonly secondOrigin?: string;
  /** The ids of the cases to run; all by default. */
  readonly only?: readonly string[];
  /** Called after each case, with the number of cases that are done and of all. */
  readonly onResult?: (result: Result, done: number, all: number) => void;
  /** Stops the run: the cases that are left are inconclusive, and the sessions of the run are ended. */
  readonly signal?: AbortSignal;
}

/** What a run found. */
export interface Report {
  readonly url: string;
  readonly startedAt: string;
  readonly contracts: readonly ContractName[];
  readonly results: readonly Result[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Contracts that the server could not be judged by, and why, in a sentence. */
  readonly unjudged: readonly { readonly contract: ContractName; readonly reason: string }[];
  readonly requests: number;
  /** Registrations and failed logins. */
  readonly attempts: number;
  readonly ms: number;
  /** Sessions that the run began and could not end. */
  readonly sessionsLeft: number;
}

/**
 * `failed`: a case failed whose sentence the contract says; if `isStrict`, a case of one of our readings counts as well.
 * `unjudged`: otherwise, and the server could not be judged by one of the contracts. `conforms`: neither.
 */
export function outcomeOf(
  { results, unjudged }: Report,
  isStrict = false,
): 'conforms' | 'failed' | 'unjudged' {
  const counts = ({ verdict, basis }: Result) => verdict === 'failed' && (isStrict || basis === 'must');
  if (results.some(counts)) return 'failed';
  return unjudged.length > 0 ? 'unjudged' : 'conforms';
}

/** Whether a run with these options takes a case. */
export function applies({ id }: Case, { only, secondOrigin }: ConformanceOptions): boolean {
  return (!only || only.includes(id)) && (secondOrigin !== undefined || !id.includes('.cors.'));
}
