/** The supervisor: a small process that starts the workers, reports for them, and ends with them. */

import type { Settings } from '../settings/settings.ts';
import { bind, type Listening } from './bind.ts';
import { announce } from './greeting.ts';
import type { ProcessLog } from './log.ts';
import { createServer } from './node-http.ts';
import { stopOnSignal } from './process-lifecycle.ts';
import { Workers } from './workers.ts';

/** Starts the server. If a worker cannot start, stops all of them and rejects. */
export async function start(settings: Settings, log: ProcessLog): Promise<void> {
  await assertFree(settings);
  const workers = new Workers(settings, log);
  const metrics = await listenForMetrics(settings, workers, log);
  const { url, warnings, hasUsers } = await workers.start();
  // A program that waits for "listening" may send a signal at once.
  stopOnSignal(
    log,
    () => Promise.all([workers.stop(), metrics?.drain()]),
    () => workers.kill(),
  );
  announce(settings, log, { url, warnings, hasUsers, metricsOrigin: metrics?.url });
}

/** Fails if another program listens there; workers would share the port with it, such as with another Gatehouse. */
async function assertFree({ host, port }: Settings): Promise<void> {
  if (port === 0) return;
  const trial = await bind(createServer(), { host, port });
  await trial.drain();
}

async function listenForMetrics(
  { metricsHost, metricsPort }: Settings,
  workers: Workers,
  log: ProcessLog,
): Promise<Listening | undefined> {
  if (metricsPort === null) return undefined;
  const { serveMetrics } = await import('./metrics-server.ts');
  return serveMetrics({ metricsHost, metricsPort }, () => workers.prometheusText(), log);
}
