/** Counts answers by contract and class of status, and failures. */

/** The reason why a route did not answer: the store failed, the client disconnected, or there is a defect. */
export type Failure = 'unavailable' | 'abandoned' | 'failed';

interface Counted {
  readonly statuses: Record<'2xx' | '4xx' | '5xx', number>;
  readonly failures: Record<Failure, number>;
}

/** Counts a request with one lookup in a small map and one addition. */
export class ResponseCounters {
  readonly #contracts: ReadonlyMap<string, Counted>;

  /** @param contracts the names of all contracts; the label takes no other value. */
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

  /** The counts of every contract so far. */
  get counts(): ReadonlyMap<string, Counted> {
    return this.#contracts;
  }
}
