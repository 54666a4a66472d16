/** Keeps long work from taking the event loop for itself: between its pieces others have at least as much time. */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** A piece counts at most this much, in milliseconds: on a busy server the loop does other things meanwhile. */
const maxPieceMs = 200;

/**
 * Paces all long work of a process: the end of very many sessions, exports, the sweep. Together they take half of the
 * event loop's time at most, however many they are; what is done in one piece is never paced.
 */
export class Pacer {
  /** When the next piece may begin, on the monotonic clock. */
  #nextAt = 0;

  /**
   * Begins a piece of long work. What is returned is called after each piece, and resolves when the next one may begin:
   * after as long as the loop was busy with the last one, and after the pieces of others that came before.
   */
  begin(): () => Promise<void> {
    let busySince = busyMs();
    return async () => {
      const tookMs = Math.min(busyMs() - busySince, maxPieceMs);
      const now = performance.now();
      const startAt = Math.max(now + tookMs, this.#nextAt);
      // The next piece is taken to be as long as the last one, and others rest after it as well.
      this.#nextAt = startAt + 2 * tookMs;
      await sleep(startAt - now);
      busySince = busyMs();
    };
  }
}

/** How long the event loop was busy so far: not only with what is paced, so that long work gives way to everything else. */
function busyMs(): number {
  return performance.eventLoopUtilization().active;
}
