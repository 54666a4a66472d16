/** The whole server in one process. */

import { createGatehouse, type Gatehouse } from '../gatehouse.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import { hstsOf, type Settings } from '../settings/settings.ts';
import type { Listening } from './bind.ts';
import { ClientErrors } from './client-errors.ts';
import { announce } from './greeting.ts';
import { leaveService, listen } from './listen.ts';
import type { ProcessLog } from './log.ts';
import { stopOnSignal } from './process-lifecycle.ts';

/** Starts the server; rejects if it cannot be started. */
export async function start(settings: Settings, log: ProcessLog): Promise<void> {
  const stopping = new AbortController();
  const gatehouse = await createGatehouse({ settings, log, stopping: stopping.signal });
  const hasUsers = gatehouse.hasUsers();
  const clientErrors = new ClientErrors(hstsOf(settings));
  const metrics = await listenForMetrics(settings, gatehouse, clientErrors, log);
  const server = await listen(gatehouse.listener, settings, clientErrors, { stopping: stopping.signal });
  // A program that waits for "listening" may send a signal at once.
  stopOnSignal(log, async () => {
    await leaveService(stopping, settings);
    await Promise.all([server.drain(), metrics?.drain()]);
    await gatehouse.close();
  });
  announce(settings, log, {
    url: server.url,
    warnings: gatehouse.warnings,
    hasUsers: await hasUsers,
    metricsOrigin: metrics?.url,
  });
}

async function listenForMetrics(
  { metricsHost, metricsPort }: Settings,
  gatehouse: Gatehouse,
  clientErrors: ClientErrors,
  log: ProcessLog,
): Promise<Listening | undefined> {
  if (metricsPort === null) return undefined;
  const { metricsReader, serveMetrics } = await import('./metrics-server.ts');
  const readMetrics = await metricsReader(gatehouse, clientErrors, log);
  const read = async () => {
    const { metrics, processText } = await readMetrics();
    return `${prometheusText(metrics)}\n${processText}`;
  };
  return serveMetrics({ metricsHost, metricsPort }, read, log);
}
