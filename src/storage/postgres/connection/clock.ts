/** The clock of the database server, which all nodes share: it alone decides the life and end of sessions. */

/** Recent readings; the one with the shortest round trip is the most exact. */
const maxReadings = 16;

/** The error of a reading besides its round trip, since instants are in whole milliseconds. */
const roundingMs = 1;

/** The largest error of two readings of the same clock: each round trip takes at most a second. */
const maxErrorMs = 1_000;

interface Reading {
  /** The lead of the server's epoch time over the monotonic clock of this process, in milliseconds. */
  readonly aheadMs: number;
  /** The error of `aheadMs`, in both directions. */
  readonly errorMs: number;
}

/**
 * Follows the server's clock by the monotonic clock of this process, so that wrong or leaping clocks of this machine have
 * no effect. Its error is half the round trip of its best reading, plus a millisecond. It never steps back within that
 * error, but stands still until the time is reached: what has expired stays expired. It steps back only with the clock of
 * the server, or to that of another server.
 */
export class DatabaseClock {
  #readings: readonly Reading[] = [];
  #aheadMs = 0;
  #latest = 0;

  /** Adds a reading of the server's clock between two instants of the monotonic clock. */
  note(epochMs: number, askedAt: number, answeredAt: number): void {
    const reading: Reading = {
      aheadMs: epochMs - (askedAt + answeredAt) / 2,
      errorMs: (answeredAt - askedAt) / 2 + roundingMs,
    };
    // Readings that contradict the newest are from before a step of the server's clock, or a sleep of this machine.
    const agreeing = this.#readings.filter(
      ({ aheadMs, errorMs }) => Math.abs(aheadMs - reading.aheadMs) <= errorMs + reading.errorMs,
    );
    this.#readings = [...agreeing.slice(1 - maxReadings), reading];
    this.#aheadMs = this.#readings.reduce((best, one) => (one.errorMs <= best.errorMs ? one : best)).aheadMs;
  }

  /** Drops all readings: the next ones may be of another server. */
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
