/**
 * The program of a worker: serves the shared port until its supervisor ends.
 *
 * Its arguments are its number, from 1, and the number of workers. It ignores signals: a terminal and a service manager
 * signal every process, and only the supervisor acts on them. It stops gracefully when the channel to the supervisor
 * closes, on purpose or because the supervisor was killed.
 */

import { flushCompileCache } from 'node:module';
import { createGatehouse } from '../gatehouse.ts';
import { readSettings } from '../settings/read-settings.ts';
import { hstsOf, standalone } from '../settings/settings.ts';
import { ClientErrors } from './client-errors.ts';
import { leaveService, listen } from './listen.ts';
import { createWorkerLog } from './log.ts';
import type { ServerMetrics } from './metrics-server.ts';
import { messageOf, reportErrors } from './process-lifecycle.ts';

/** The address of a listening worker, and warnings about the store. */
export interface Ready {
  readonly url: string;
  readonly warnings: readonly string[];
  readonly hasUsers: boolean | undefined;
}

/** A message to the supervisor: the worker listens, it failed, or its metrics, on any message of the supervisor. */
export type WorkerMessage =
  | { readonly ready: Ready }
  | { readonly failure: string }
  | { readonly metrics: ServerMetrics };

const [number = 1, of = 1] = process.argv.slice(2).map(Number);
const log = createWorkerLog(number);
reportErrors(log);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
try {
  await serve(disconnected());
} catch (error) {
  await send({ failure: messageOf(error) });
  process.exitCode = 1;
}
await log.drain();
process.exit();

async function serve(end: Promise<void>): Promise<void> {
  // The environment that the supervisor has checked, with the address of the first worker.
  const settings = standalone(readSettings(process.env));
  const stopping = new AbortController();
  const gatehouse = await createGatehouse({
    settings,
    log,
    share: { number, of },
    stopping: stopping.signal,
  });
  const clientErrors = new ClientErrors(hstsOf(settings));
  if (settings.metricsPort !== null) {
    const { metricsReader } = await import('./metrics-server.ts');
    const readMetrics = await metricsReader(gatehouse, clientErrors, log, number);
    process.on('message', async () => send({ metrics: await readMetrics() }));
  }
  const server = await listen(gatehouse.listener, settings, clientErrors, {
    stopping: stopping.signal,
    isShared: true,
  });
  // Only the first worker checks.
  const hasUsers = number === 1 ? await gatehouse.hasUsers() : undefined;
  void send({ ready: { url: server.url, warnings: gatehouse.warnings, hasUsers } });
  flushCompileCache();
  await end;
  await leaveService(stopping, settings);
  await server.drain();
  await gatehouse.close();
}

/** Resolves when the channel to the supervisor is closed, also if that happened while this program was loaded. */
function disconnected(): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', resolve);
    if (!process.connected) resolve();
  });
}

/** Resolves when the message is sent, or the supervisor has ended. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}
