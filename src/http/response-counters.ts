/** What was answered, in plain numbers: by contract and class of status, and what failed on the way. */

/** Why a request got no answer of its own: the store could not answer, the client had gone, or there is a defect. */
export type Failure = 'unavailable' | 'abandoned' | 'failed';

/** One contract in numbers. */
interface Counted {
  readonly statuses: Record<'2xx' | '4xx' | '5xx', number>;
  readonly failures: Record<Failure, number>;
}

/** Counts with one look into a small map and one addition, for every request there is. */
export class ResponseCounters {
  readonly #contracts: ReadonlyMap<string, Counted>;

  /** @param contracts the names of all contracts; nothing else is ever counted. */
  constructor(contracts: readonly string[]) {
    const none = (): Counted => ({
      statuses: { '2xx': 0, '4xx': 0, '5xx': 0 },
      failures: { unavailable: 0, abandoned: 0, failed: 0 },
    });
    this.#contracts = new Map(contracts.map((name) => [name, none()]));
  }

  answered(contract: string, status: number): void {
    const counted = this.#contracts.get(contract);
    if (counted) counted.statuses[status < 400 ? '2xx' : status < 500 ? '4xx' : '5xx'] += 1;
  }

  failed(contract: string, failure: Failure): void {
    const counted = this.#contracts.get(contract);
    if (counted) counted.failures[failure] += 1;
  }

  /** Every contract with what was counted until now. */
  get counts(): ReadonlyMap<string, Counted> {
    return this.#contracts;
  }
}
