/** Runs the command line: reports every error as a sentence on standard error, with an exit code. */

import { CommanderError } from 'commander';
import { CannotWrite } from '../disk-errors.ts';
import { isStartedByNohup } from '../nohup.ts';
import { UnusableSettings } from '../settings/read-settings.ts';
import { StoreUnavailable, StoreUnusable } from '../storage/port/port.ts';
import { CommandError, type ExitCode, exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { adviceFor } from './usage-advice.ts';

// A reader such as `head` closes the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed),
);
process.stderr.on('error', () => {});
// A process that nohup started survives the end of its terminal.
if (isStartedByNohup(process)) process.on('SIGHUP', () => {});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): ExitCode {
  // The parser has printed its error.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    const advice = adviceFor(program, error, process.argv.slice(2));
    if (advice !== undefined) printToStderr(advice);
    return exitCodes.usage;
  }
  const known = [CommandError, UnusableSettings, CannotWrite].some((kind) => error instanceof kind);
  if (known) printToStderr((error as Error).message);
  else if (error instanceof StoreUnusable) printToStderr(error.message);
  else if (error instanceof StoreUnavailable) printToStderr(`The database does not answer: ${error.message}`);
  else printToStderr(sentenceOf(error));
  if (error instanceof CommandError) return error.exit;
  if (error instanceof UnusableSettings) return exitCodes.usage;
  return error instanceof StoreUnusable || error instanceof StoreUnavailable
    ? exitCodes.unavailable
    : exitCodes.failed;
}

/** The message of a system error; the stack of a defect. */
function sentenceOf(error: unknown): string {
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException;
  return code && syscall ? message : (stack ?? String(error));
}

function printToStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}
