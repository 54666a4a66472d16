/** The clock of the database server, which all nodes share: every instant that decides over a session is read from it. */

/** Readings compared; the one that travelled fastest is the most exact. */
const maxReadings = 16;

/** How much a reading is off besides its travel, since instants are told in whole milliseconds. */
const roundingMs = 1;

/** By how much two readings of the same clock may differ: each travels for a second at most. */
const maxErrorMs = 1_000;

interface Reading {
  /** How far the server's epoch time is ahead of the monotonic time of this process, in milliseconds. */
  readonly aheadMs: number;
  /** By how much that may be wrong, in either direction. */
  readonly errorMs: number;
}

/**
 * Follows the server's clock by the monotonic time of this process, so that a wrong or leaping clock of this machine
 * changes nothing. It is off by half the time that its best reading travelled, and a millisecond. Should it have run
 * ahead by that, it stands still until the time has come: what is over for it once stays over. Only a server's clock
 * that was put back, or another server's, puts it back too.
 */
export class DatabaseClock {
  #readings: readonly Reading[] = [];
  #aheadMs = 0;
  #latest = 0;

  /** Notes what the server's clock said between two instants of the monotonic time. */
  note(epochMs: number, askedAt: number, answeredAt: number): void {
    const reading: Reading = {
      aheadMs: epochMs - (askedAt + answeredAt) / 2,
      errorMs: (answeredAt - askedAt) / 2 + roundingMs,
    };
    // What contradicts the newest is older than a leap: of the server's clock, or of a machine that was asleep.
    const agreeing = this.#readings.filter(
      ({ aheadMs, errorMs }) => Math.abs(aheadMs - reading.aheadMs) <= errorMs + reading.errorMs,
    );
    this.#readings = [...agreeing.slice(1 - maxReadings), reading];
    this.#aheadMs = this.#readings.reduce((best, one) => (one.errorMs <= best.errorMs ? one : best)).aheadMs;
  }

  /** Forgets what was read: another server may answer from now on. */
  reset(): void {
    this.#readings = [];
  }

  /** Epoch milliseconds. */
  now(): number {
    const now = Math.round(performance.now() + this.#aheadMs);
    const isLate = now < this.#latest && this.#latest - now <= maxErrorMs;
    if (!isLate) this.#latest = now;
    return this.#latest;
  }
}
