/** What is done again and again beside the requests: the sweep, and a note of the end of the audit. */

import type { SweepCounts } from '../metrics/metrics.ts';
import type { Log } from '../open-services.ts';
import type { Services } from '../usecases/services.ts';
import { sweep } from '../usecases/sweep.ts';

/** Reclaims what is dead, again and again, until it is told to stop. A sweep that is due while one goes on is left out. */
export function startSweeping(
  services: Services,
  everySeconds: number,
  log: Log,
  clock: () => number,
  afterwards: () => Promise<void>,
) {
  const counts: SweepCounts = { ok: 0, failed: 0 };
  let isUnderWay = false;
  const sweepOnce = async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await sweep(services, clock(), services.pacer.begin());
      counts.ok += 1;
    } catch (error) {
      counts.failed += 1;
      log.error({ err: error }, 'sweep failed');
    } finally {
      isUnderWay = false;
    }
    await afterwards();
  };
  const timer = setInterval(sweepOnce, everySeconds * 1_000).unref();
  return { counts, stop: () => clearInterval(timer) };
}

/**
 * Writes the end of the audit's chain to the log whenever it has moved: a log that is kept elsewhere then shows whether
 * the newest entries were cut off (ruling P12).
 */
export function endNoter(services: Services, log: Log): () => Promise<void> {
  let noted = '';
  return async () => {
    try {
      const { seq, hash } = await services.audit.end();
      const end = `${seq}:${hash}`;
      if (end !== noted) log.info({ end }, 'audit end');
      noted = end;
    } catch (error) {
      log.error({ err: error }, 'audit end failed');
    }
  };
}
