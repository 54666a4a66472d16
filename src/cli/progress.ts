/** Shows a progress bar on a terminal while a long step runs, and lets Ctrl-C or SIGTERM stop it. */

import type { SingleBar } from 'cli-progress';
import type { Progress } from '../maintenance/backup.ts';
import { CommandError, type ExitCode, exitCodes } from './exit-codes.ts';

/**
 * Runs `work` with a progress bar. Ctrl-C or SIGTERM makes the next progress report throw, so that `work` can undo its
 * changes; a second one ends the process at once.
 */
export async function withProgress<Result>(
  title: string,
  work: (progress: Progress) => Promise<Result>,
  interruption = 'Interrupted. Nothing was changed.',
): Promise<Result> {
  const bar = process.stderr.isTTY ? await createBar(title) : undefined;
  let interrupted: ExitCode | undefined;
  const signals = [
    ['SIGINT', () => (interrupted = exitCodes.interrupted)],
    ['SIGTERM', () => (interrupted = exitCodes.terminated)],
  ] as const;
  for (const [signal, interrupt] of signals) process.once(signal, interrupt);
  try {
    return await work((done, all) => {
      if (interrupted) throw new CommandError(interrupted, interruption);
      bar?.setTotal(all);
      bar?.update(done);
    });
  } finally {
    for (const [signal, interrupt] of signals) process.off(signal, interrupt);
    bar?.stop();
  }
}

/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts, with the error to end by as its reason: for waiting that no
 * progress interrupts, such as for standard input. A second one ends the process at once.
 */
export async function withInterruption<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  interruption: string,
): Promise<Result> {
  const controller = new AbortController();
  const abort = (exit: ExitCode) => () => controller.abort(new CommandError(exit, interruption));
  const signals = [
    ['SIGINT', abort(exitCodes.interrupted)],
    ['SIGTERM', abort(exitCodes.terminated)],
  ] as const;
  for (const [signal, interrupt] of signals) process.once(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const [signal, interrupt] of signals) process.off(signal, interrupt);
  }
}

/** The library has twenty files, and only a person at a terminal sees a bar. */
async function createBar(title: string): Promise<SingleBar> {
  const { SingleBar } = await import('cli-progress');
  const format = `${title} {bar} {percentage} %  {duration_formatted}`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
  bar.start(1, 0);
  return bar;
}
