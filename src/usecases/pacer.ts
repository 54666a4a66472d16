/** Paces long work, so that most of the event loop's time is left for other work. */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** The longest time counted for a piece, in milliseconds: on a busy server other work runs meanwhile. */
const maxPieceMs = 200;

/** A pause is this many times as long as its piece: at 1, every second request would wait for a piece. */
const pauseRatio = 1.5;

/**
 * Paces all long work of a process: the end of very many sessions, exports, the sweep. Together they take at most
 * two fifths of the event loop's time. A single piece is never paced.
 */
export class Pacer {
  /** When the next piece may begin, on the monotonic clock. */
  #nextAt = 0;

  /**
   * Begins a piece of long work. Call the returned function after each piece: it resolves when the next one may begin,
   * after a pause of one and a half times the time that the loop was busy with the last one, and after pieces of other
   * work that came before.
   */
  begin(): () => Promise<void> {
    let busySince = busyMs();
    return async () => {
      const tookMs = Math.min(busyMs() - busySince, maxPieceMs);
      const now = performance.now();
      const startAt = Math.max(now + pauseRatio * tookMs, this.#nextAt);
      // The next piece is assumed to be as long as the last one, with a pause after it.
      this.#nextAt = startAt + (1 + pauseRatio) * tookMs;
      await sleep(startAt - now);
      busySince = busyMs();
    };
  }
}

/** The time that the event loop has been busy, with all work: long work therefore yields to everything else. */
function busyMs(): number {
  return performance.eventLoopUtilization().active;
}
