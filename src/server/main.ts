/** The process: settings from the environment, a server, a log, and an orderly end. */

import { createGatehouse, type Gatehouse } from '../gatehouse.ts';
import { readSettings, type Settings, UnusableSettings } from '../settings.ts';
import { StoreUnusable } from '../storage/port.ts';
import { warnings } from '../warnings.ts';
import { greeting } from './greeting.ts';
import { type Listening, listen } from './listen.ts';
import { createLog } from './log.ts';

/**
 * Whoever asks again after this long does not want to wait. Sooner it is the same wish: a terminal signals every
 * process of a group, and npm passes the signal on as well.
 */
const impatienceMs = 1_000;

const log = createLog();
surviveEverything();
await start();

async function start(): Promise<void> {
  try {
    const settings = readSettings(process.env);
    const gatehouse = await createGatehouse({ settings, log });
    const server = await listen(gatehouse.fetch, settings.host, settings.port, !settings.debug);
    // Whoever reads that it listens may send a signal at once.
    stopOnSignal(gatehouse, server);
    announce(settings, server.url);
  } catch (error) {
    giveUp(error);
  }
}

/** For people on standard error, for machines in the log. */
function announce(settings: Settings, url: string): void {
  for (const warning of warnings(settings)) {
    log.warn(warning);
    say(`Warning: ${warning}`);
  }
  log.info({ url }, 'listening');
  say(greeting(url, settings));
}

function stopOnSignal(gatehouse: Gatehouse, server: Listening): void {
  let stoppingSince: number | undefined;
  const stop = async (signal: string) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > impatienceMs) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    await server.drain();
    await gatehouse.close();
    log.info('stopped');
    await log.drain();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stop(signal).catch((error) => giveUp(error)));
  }
}

/** Neither a broken pipe, nor a full disk under the log, nor a defect ends the process: it is reported and goes on. */
function surviveEverything(): void {
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
}

/** Says why it cannot start, each problem on a line, and exits with 1. */
function giveUp(error: unknown): never {
  const known = error instanceof UnusableSettings || error instanceof StoreUnusable;
  const reason = known ? error.message : explain(error as NodeJS.ErrnoException);
  say(`Gatehouse cannot start.\n${reason}`);
  process.exit(1);
}

function explain(error: NodeJS.ErrnoException): string {
  const { code, message } = error;
  if (code === 'EADDRINUSE')
    return `${message}. Another program listens there: stop it or choose another PORT.`;
  if (code === 'EACCES')
    return `${message}. Choose a PORT above 1023 or give the user the right to listen there.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${message}. HOST must be an address of this machine.`;
  return error.stack ?? String(error);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
