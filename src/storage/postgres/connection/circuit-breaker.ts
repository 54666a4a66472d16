/** The circuit breaker of a node: while the database is known to be unreachable, requests fail at once. */

import { StoreUnavailable } from '../../port/port.ts';

export class CircuitBreaker {
  #reason: string | undefined;

  /** Marks the database as unreachable, for a reason. */
  open(reason: string): void {
    this.#reason = reason;
  }

  close(): void {
    this.#reason = undefined;
  }

  /** @throws {StoreUnavailable} while the database is unreachable. */
  assert(): void {
    if (this.#reason !== undefined) throw new StoreUnavailable(this.#reason);
  }
}
