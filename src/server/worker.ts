/**
 * The program of a worker: serves the shared port for as long as its supervisor is there.
 *
 * Its arguments are its number, from 1, and how many workers there are. It listens to no signal: a terminal and a
 * service manager send theirs to every process, and the supervisor decides what they mean. It ends in order once the
 * channel to the supervisor is closed, whether on purpose or because the supervisor was killed.
 */

import { flushCompileCache } from 'node:module';
import { createGatehouse } from '../gatehouse.ts';
import { readSettings } from '../settings/read-settings.ts';
import { hstsOf } from '../settings/settings.ts';
import type { Metric } from '../storage/port/port.ts';
import { Refuser } from './client-errors.ts';
import { listen } from './listen.ts';
import { createLog } from './log.ts';
import { reasonOf, surviveEverything } from './process-lifecycle.ts';

/** Where it listens, and what is worth a warning about how the store was found. */
export interface Ready {
  readonly url: string;
  readonly warnings: readonly string[];
  readonly hasUsers: boolean | undefined;
}

/** The answer to any message: the metrics of Gatehouse, and those of the process as text. */
export interface WorkerMetrics {
  readonly metrics: readonly Metric[];
  readonly ofProcess: string;
}

/** What a worker tells its supervisor: that it listens, that it cannot, or what it was asked for. */
export type Told =
  | { readonly ready: Ready }
  | { readonly failure: string }
  | { readonly metrics: WorkerMetrics };

const [number = 1, of = 1] = process.argv.slice(2).map(Number);
const log = createLog(number);
surviveEverything(log);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
try {
  await serve(supervisorGone());
} catch (error) {
  await tell({ failure: reasonOf(error) });
  process.exitCode = 1;
}
await log.drain();
process.exit();

async function serve(end: Promise<void>): Promise<void> {
  // The same environment that the supervisor found to be good, with the address of the first worker.
  const settings = readSettings(process.env);
  const gatehouse = await createGatehouse({ settings, log, share: { number, of } });
  const refuser = new Refuser(hstsOf(settings));
  if (settings.metricsPort !== null) {
    const { processMetrics } = await import('./metrics-server.ts');
    const ofProcess = await processMetrics(number);
    process.on('message', async () =>
      tell({
        metrics: {
          metrics: [...gatehouse.metrics(), refuser.metric(), log.metric()],
          ofProcess: await ofProcess(),
        },
      }),
    );
  }
  const server = await listen(gatehouse.listener, settings, refuser, true);
  // Only the first worker speaks for all of them.
  const hasUsers = number === 1 ? await gatehouse.hasUsers() : undefined;
  void tell({ ready: { url: server.url, warnings: gatehouse.warnings, hasUsers } });
  flushCompileCache();
  await end;
  await server.drain();
  await gatehouse.close();
}

/** Whether it went away while this program was being loaded shows only in the state of the channel. */
function supervisorGone(): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', resolve);
    if (!process.connected) resolve();
  });
}

/** Resolves once it is said, or once no reader is left. */
function tell(told: Told): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(told, () => resolve());
    else resolve();
  });
}
