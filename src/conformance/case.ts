/** A case: one promise of a contract as data, with what finds out whether a server keeps it. */

import type { Context } from './context.ts';
import type { ContractName, Sentence } from './verdicts.ts';

export interface Case {
  /** Stable, such as `rest.logout.ends`. */
  readonly id: string;
  /** A fact, true of a server that keeps the contract. */
  readonly title: string;
  readonly contract: ContractName;
  /** The sentence of the contract's page that the case stands on. */
  readonly sentence: Sentence;
  /** Further sentences that it finds out about. */
  readonly also?: readonly Sentence[];
  /** `must`: the contract says it. Otherwise the ruling by which Gatehouse reads it so. */
  readonly says: 'must' | { readonly reading: string };
  /** Registrations and refused logins that it makes at most, where no case before it made them. */
  readonly attempts: number;
  /** Throws `Broken`, or `Inconclusive`, or does neither. */
  run(context: Context): Promise<void>;
}

/** What a group of cases has in common. */
interface Group {
  readonly contract: ContractName;
  readonly page?: string;
}

type Written = Omit<Case, 'contract' | 'sentence' | 'says' | 'attempts' | 'also'> & {
  readonly quote: string;
  readonly also?: readonly string[];
  readonly attempts?: number;
};

/** Writes cases of one contract shortly: `must` for what the contract says, `reading` for what a ruling says. */
export function casesOf({ contract, page = contract }: Group) {
  const written =
    (says: Case['says']) =>
    ({ quote, also = [], attempts = 0, ...rest }: Written): Case => ({
      ...rest,
      contract,
      sentence: sentenceOf(page, quote),
      also: also.map((one) => sentenceOf(page, one)),
      says,
      attempts,
    });
  return {
    must: written('must'),
    reading: (ruling: string, one: Written) => written({ reading: ruling })(one),
  };
}

function sentenceOf(page: string, quote: string): Sentence {
  return { page: `docs/contracts/${page}.md`, quote };
}
