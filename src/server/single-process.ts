/** The whole server in one process. */

import { createGatehouse, type Gatehouse } from '../gatehouse.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import { hstsOf, type Settings } from '../settings/settings.ts';
import type { Listening } from './bind.ts';
import { Refuser } from './client-errors.ts';
import { announce } from './greeting.ts';
import { listen } from './listen.ts';
import type { ProcessLog } from './log.ts';
import { stopOnSignal } from './process-lifecycle.ts';

/** Starts it; rejects if it cannot be started. */
export async function start(settings: Settings, log: ProcessLog): Promise<void> {
  const gatehouse = await createGatehouse({ settings, log });
  const hasUsers = gatehouse.hasUsers();
  const refuser = new Refuser(hstsOf(settings));
  const metrics = await listenForMetrics(settings, gatehouse, refuser, log);
  const server = await listen(gatehouse.listener, settings, refuser);
  // A reader of "listening" may send a signal at once.
  stopOnSignal(log, async () => {
    await Promise.all([server.drain(), metrics?.drain()]);
    await gatehouse.close();
  });
  announce(settings, log, gatehouse.warnings, server.url, await hasUsers, metrics?.url);
}

/** Only where there is a port for them: what counts and serves them takes time to load, and memory. */
async function listenForMetrics(
  settings: Settings,
  gatehouse: Gatehouse,
  refuser: Refuser,
  log: ProcessLog,
): Promise<Listening | undefined> {
  const { metricsHost, metricsPort } = settings;
  if (metricsPort === null) return undefined;
  const { processMetrics, serveMetrics } = await import('./metrics-server.ts');
  const ofProcess = await processMetrics();
  const ofServer = () => prometheusText([refuser.metric(), log.metric()]);
  const read = async () =>
    (await Promise.all([gatehouse.prometheusText(), ofServer(), ofProcess()])).join('\n');
  return serveMetrics({ metricsHost, metricsPort }, read, log);
}
