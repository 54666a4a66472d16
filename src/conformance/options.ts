/** The options of a run, and what a run reports. */

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
  /** How long a run may take, in milliseconds; 55,000 by default and at most. */
  readonly maxMs?: number;
  /** `ok` if `envelope` and `dotjson` answer refusals with status 200, too. */
  readonly status?: 'http' | 'ok';
  /** An origin that the server allows to call it from a browser; without it, the cases of CORS are left out. */
  readonly secondOrigin?: string;
  /** The cases to run, by id; all by default. */
  readonly only?: readonly string[];
  /** Told after each case. */
  readonly onResult?: (result: Result, done: number, all: number) => void;
  /** Stops the run: the cases that are left are inconclusive, and what was begun is cleaned up. */
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
  readonly attempts: number;
  readonly ms: number;
  /** Sessions that the run began and could not end. */
  readonly sessionsLeft: number;
}

/**
 * `kept`: nothing that counts is broken. `broken`: something is. `unjudged`: a contract could not be judged at all. A
 * strict outcome counts our readings, too.
 */
export function outcomeOf({ results, unjudged }: Report, isStrict = false): 'kept' | 'broken' | 'unjudged' {
  const isBroken = ({ verdict, says }: Result) => verdict === 'broken' && (isStrict || says === 'must');
  if (results.some(isBroken)) return 'broken';
  return unjudged.length > 0 ? 'unjudged' : 'kept';
}

/** Whether a run with these options has a use for a case. */
export function applies({ id }: Case, { only, secondOrigin }: ConformanceOptions): boolean {
  return (!only || only.includes(id)) && (secondOrigin !== undefined || !id.includes('.cors.'));
}
