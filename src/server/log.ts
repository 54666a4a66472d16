/** The log of the process: one JSON line per event on standard output (ruling G18), which may fail and break nothing. */

import pino, { type Logger } from 'pino';

/** Lines wait in memory up to this size while the output is slow; beyond it they are dropped. */
const mostWaitingBytes = 8 * 1_024 * 1_024;

/**
 * A log that never ends the process: what a full disk or a closed pipe does not take is dropped. Lines are written
 * off the event loop; `flush` writes what is waiting before an orderly exit.
 */
export function createLog(): Logger {
  const output = pino.destination({ fd: 1, sync: false, maxLength: mostWaitingBytes });
  output.on('error', () => {});
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);
}

/** Writes what is waiting, for a second at most. */
export function flushLog(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1_000).unref();
    log.flush(() => resolve());
  });
}
