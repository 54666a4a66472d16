/** Several workers as one server: a small process that starts them, speaks for them, and ends with them. */

import type { Settings } from '../settings/settings.ts';
import { bind, type Listening } from './bind.ts';
import { announce } from './greeting.ts';
import type { ProcessLog } from './log.ts';
import { createServer } from './node-http.ts';
import { stopOnSignal } from './process-lifecycle.ts';
import { Workers } from './workers.ts';

/** Starts it; rejects if one of the workers cannot be started, once all of them are gone. */
export async function start(settings: Settings, log: ProcessLog): Promise<void> {
  await assertFree(settings);
  const workers = new Workers(settings.workers, log);
  const metrics = await listenForMetrics(settings, workers, log);
  const { url, warnings, hasUsers } = await workers.start();
  // A reader of "listening" may send a signal at once.
  stopOnSignal(
    log,
    () => Promise.all([workers.stop(), metrics?.drain()]),
    () => workers.kill(),
  );
  announce(settings, log, warnings, url, hasUsers, metrics?.url);
}

/** Workers could share the port with any process that shares it too, such as another Gatehouse: this server may not. */
async function assertFree({ host, port }: Settings): Promise<void> {
  if (port === 0) return;
  const held = await bind(createServer(), { host, port });
  await held.drain();
}

async function listenForMetrics(
  { metricsHost, metricsPort }: Settings,
  workers: Workers,
  log: ProcessLog,
): Promise<Listening | undefined> {
  if (metricsPort === null) return undefined;
  const { serveMetrics } = await import('./metrics-server.ts');
  return serveMetrics({ metricsHost, metricsPort }, () => workers.metrics(), log);
}
