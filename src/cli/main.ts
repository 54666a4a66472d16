/** The command line: arguments in, an exit code out, every error in a sentence on standard error. */

import { CommanderError } from 'commander';
import { CannotWrite } from '../disk-errors.ts';
import { isStartedByNohup } from '../nohup.ts';
import { UnusableSettings } from '../settings/read-settings.ts';
import { StoreUnavailable, StoreUnusable } from '../storage/port/port.ts';
import { type Exit, exits, Failure } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { adviceFor } from './usage-advice.ts';

// A reader of the first lines closes the pipe: then the rest has no reader.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exits.done : exits.failed),
);
process.stderr.on('error', () => {});
// What nohup starts outlives its terminal.
if (isStartedByNohup(process)) process.on('SIGHUP', () => {});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): Exit {
  // It said what is wrong itself.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exits.done;
    const advice = adviceFor(program, error, process.argv.slice(2));
    if (advice !== undefined) say(advice);
    return exits.usage;
  }
  const known = [Failure, UnusableSettings, CannotWrite].some((kind) => error instanceof kind);
  if (known) say((error as Error).message);
  else if (error instanceof StoreUnusable) say(error.message);
  else if (error instanceof StoreUnavailable) say(`The database does not answer: ${error.message}`);
  else say(sentenceOf(error));
  if (error instanceof Failure) return error.exit;
  if (error instanceof UnusableSettings) return exits.usage;
  return error instanceof StoreUnusable || error instanceof StoreUnavailable
    ? exits.unavailable
    : exits.failed;
}

/** What the system says needs no stack; a defect does. */
function sentenceOf(error: unknown): string {
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException;
  return code && syscall ? message : (stack ?? String(error));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
