/** Whether the database can be reached, as far as this node knows: while it cannot, no request waits for it. */

import { StoreUnavailable } from '../../port/port.ts';

export class CircuitBreaker {
  #reason: string | undefined;

  /** Notes that the database cannot be used, and why. */
  lose(reason: string): void {
    this.#reason = reason;
  }

  find(): void {
    this.#reason = undefined;
  }

  /** @throws {StoreUnavailable} while the database is known to be out of reach. */
  assert(): void {
    if (this.#reason !== undefined) throw new StoreUnavailable(this.#reason);
  }
}
