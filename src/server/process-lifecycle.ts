/** The life of a server process: it survives broken outputs and defects, and stops gracefully. */

import { isStartedByNohup } from '../nohup.ts';
import { UnusableSettings } from '../settings/read-settings.ts';
import { StoreUnusable } from '../storage/port/port.ts';
import { CannotListen } from './bind.ts';
import type { ProcessLog } from './log.ts';

/**
 * A second signal after this time means: stop now. An earlier one is a copy of the first: a terminal signals every process
 * of a group, and npm forwards the signal too.
 */
const repeatMs = 1_000;

/** A worker could not start. The message is a sentence for the operator. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** Logs defects and continues. A broken pipe or a full disk under the log does not end the process either. */
export function reportErrors(log: ProcessLog): void {
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
}

/** Whether this process stops when its terminal closes. */
const stopsOnHangup = !isStartedByNohup(process);

/** Lets a process that nohup started survive the end of its terminal, and log that it did. */
export function ignoreHangup(log: ProcessLog): void {
  if (stopsOnHangup) return;
  process.on('SIGHUP', () => log.info('SIGHUP ignored: nohup started this process'));
}

/** Ends the process on a signal, after `stop`. A second signal ends it at once, after `kill`. */
export function stopOnSignal(log: ProcessLog, stop: () => Promise<unknown>, kill = () => {}): void {
  let stoppingSince: number | undefined;
  const onSignal = async (signal: string) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince <= repeatMs) return;
      kill();
      process.exit(1);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    await stop();
    log.info('stopped');
    await log.drain();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', ...(stopsOnHangup ? (['SIGHUP'] as const) : [])] as const) {
    process.on(signal, () => onSignal(signal).catch(exitWithError));
  }
}

/** Prints the reason why the server cannot start, each problem on a line, and exits with 1. */
export function exitWithError(error: unknown): never {
  printToStderr(`Gatehouse cannot start.\n${messageOf(error)}`);
  process.exit(1);
}

/** The message of an error that is meant for the operator; the stack of any other. */
export function messageOf(error: unknown): string {
  const known = [UnusableSettings, StoreUnusable, CannotListen, CannotStart];
  const { message, stack } = error as Error;
  return known.some((kind) => error instanceof kind) ? message : (stack ?? String(error));
}

/** Prints a text for people. Standard output is for the log. */
export function printToStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}
