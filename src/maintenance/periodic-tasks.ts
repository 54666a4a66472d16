/** Periodic tasks: the sweep, and the log entry about the end of the audit. */

import type { SweepCounts } from '../metrics/metrics.ts';
import type { Log } from '../open-services.ts';
import type { Services } from '../usecases/services.ts';
import { sweep } from '../usecases/sweep.ts';

/** Sweeps periodically until it is stopped. A sweep that is due while another one runs is skipped. */
export function startSweeping(
  services: Services,
  everySeconds: number,
  log: Log,
  clock: () => number,
  afterwards: () => Promise<void>,
) {
  const counts: SweepCounts = { ok: 0, failed: 0 };
  let isRunning = false;
  const sweepOnce = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await sweep(services, clock(), services.pacer.begin());
      counts.ok += 1;
    } catch (error) {
      counts.failed += 1;
      log.error({ err: error }, 'sweep failed');
    } finally {
      isRunning = false;
    }
    await afterwards();
  };
  const timer = setInterval(sweepOnce, everySeconds * 1_000).unref();
  return { counts, stop: () => clearInterval(timer) };
}

/**
 * Logs the end of the audit chain whenever it changes. A log kept elsewhere then shows whether the newest entries were
 * removed (ruling P12).
 */
export function auditEndLogger(services: Services, log: Log): () => Promise<void> {
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
