/** What every process of ours does: it outlives its outputs and its defects, and ends in order. */

import { isStartedByNohup } from '../nohup.ts';
import { UnusableSettings } from '../settings/read-settings.ts';
import { StoreUnusable } from '../storage/port/port.ts';
import { CannotListen } from './bind.ts';
import type { ProcessLog } from './log.ts';

/**
 * A user who asks again after this long does not want to wait. Sooner it is the same wish: a terminal signals every
 * process of a group, and npm passes the signal on as well.
 */
const impatienceMs = 1_000;

/** A worker could not start, for a reason that is already a sentence for the operator. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** Neither a broken pipe, nor a full disk under the log, nor a defect ends the process: it is reported and goes on. */
export function surviveEverything(log: ProcessLog): void {
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
}

/** Whether the end of a terminal is the end of this process. */
const heedsHangup = !isStartedByNohup(process);

/** Has a process that nohup started outlive its terminal, and say so. */
export function surviveHangup(log: ProcessLog): void {
  if (heedsHangup) return;
  process.on('SIGHUP', () => log.info('SIGHUP ignored: nohup started this process'));
}

/** Ends the process after `stop` when it is told to; a second signal ends it at once, after `cut`. */
export function stopOnSignal(log: ProcessLog, stop: () => Promise<unknown>, cut = () => {}): void {
  let stoppingSince: number | undefined;
  const obey = async (signal: string) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince <= impatienceMs) return;
      cut();
      process.exit(1);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    await stop();
    log.info('stopped');
    await log.drain();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', ...(heedsHangup ? (['SIGHUP'] as const) : [])] as const) {
    process.on(signal, () => obey(signal).catch((error) => giveUp(error)));
  }
}

/** Says why it cannot start, each problem on a line, and exits with 1. */
export function giveUp(error: unknown): never {
  say(`Gatehouse cannot start.\n${reasonOf(error)}`);
  process.exit(1);
}

/** What the operator is told of an error: its sentence, or all there is of a defect. */
export function reasonOf(error: unknown): string {
  const known = [UnusableSettings, StoreUnusable, CannotListen, CannotStart];
  const { message, stack } = error as Error;
  return known.some((kind) => error instanceof kind) ? message : (stack ?? String(error));
}

/** For people, who read standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
