/** A case: one sentence of a contract, and the requests that show whether a server does what it says. */

import type { Context } from './context.ts';
import type { Basis, ContractName, Sentence } from './verdicts.ts';

export interface Case {
  /** Stable, such as `rest.logout.cookie.ends`. */
  readonly id: string;
  /** A fact that is true of a server that keeps the contract. */
  readonly title: string;
  readonly contract: ContractName;
  /** The sentence of the contract's page that the case stands on. */
  readonly sentence: Sentence;
  /** Further sentences that it covers. */
  readonly also: readonly Sentence[];
  readonly basis: Basis;
  /** Another contract that the run has to judge, too; without it the case is left out. */
  readonly needs?: ContractName;
  /**
   * Sends the requests. What several cases look at is sent once in a run.
   *
   * @throws {Failure} if the server does something else.
   * @throws {Inconclusive} if that cannot be seen.
   */
  run(context: Context): Promise<void>;
}

export type CaseText = Pick<Case, 'id' | 'title' | 'needs' | 'run'> & {
  readonly quote: string;
  readonly also?: readonly string[];
};

/** What makes the cases of one contract: `must` where the contract says it, `reading` where a ruling does. */
export function casesOf(contract: ContractName) {
  const sentence = (quote: string): Sentence => ({ page: `docs/contracts/${contract}.md`, quote });
  const make = (basis: Basis, { quote, also = [], ...rest }: CaseText): Case => ({
    ...rest,
    contract,
    sentence: sentence(quote),
    also: also.map(sentence),
    basis,
  });
  return {
    must: (text: CaseText) => make('must', text),
    reading: (ruling: string, text: CaseText) => make({ reading: ruling }, text),
  };
}
