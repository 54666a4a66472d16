/** The program: all commands, and their common options. */

import { Command } from 'commander';
import { version } from '../version.ts';
import { addCommand } from './command.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addConformanceCommand } from './commands/conformance.ts';
import { addDoctorCommands } from './commands/doctor.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addSessionCommands } from './commands/session.ts';
import { addThrottleCommands } from './commands/throttle.ts';
import { addUserCommands } from './commands/user.ts';
import { addWrapCommand } from './commands/wrap.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

const about = `
Commands read the settings of the server from the environment, above all DATABASE_URL. They work while the server runs,
except restore and migrate. Exit codes: 0 success, 1 failure or a negative answer, 2 invalid command line or settings,
3 not found, 4 refused, 5 database unavailable, 6 not judged, 130 interrupted, 143 terminated.`;

/** Removes values: that of an option or a variable may be a password, and the parser would repeat it. */
function withoutValues(text: string): string {
  return text
    .replace(/(unknown (?:option|command) '[\w-]+=)[\s\S]*'/, "$1…'")
    .replace(/(but got \d+: (?:[\s\S]*?, )?[A-Z][A-Z0-9_]*=)[\s\S]*/, '$1…\n');
}

/** Builds the program. No command runs before it parses the command line. */
export function createProgram(): Command {
  const program = new Command('gatehouse')
    .description('Session-authentication server, and the commands of its operator.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', about)
    .showHelpAfterError('Run with --help for usage.')
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    // `--json` of `doctor` and of `doctor cookie` are two options.
    .enablePositionalOptions()
    .exitOverride();

  addCommand(program, 'serve', {
    summary: 'Start the server, as `gatehouse` alone does',
    more: 'Reads its settings from the environment. SIGTERM, SIGINT and SIGHUP stop it gracefully.',
    examples: ['gatehouse serve', 'PORT=8080 gatehouse'],
    hasNoJson: true,
  }).action(() => {
    // `bin/gatehouse.js` starts the server itself if there are no arguments.
    throw new CommandError(exitCodes.usage, '`gatehouse serve` takes no arguments.');
  });
  addUserCommands(program);
  addSessionCommands(program);
  addThrottleCommands(program);
  addAuditCommands(program);
  addBackupCommands(program);
  addImportCommand(program);
  addWrapCommand(program);
  addExportCommand(program);
  addMigrateCommand(program);
  addDoctorCommands(program);
  addConformanceCommand(program);
  addExplainCommand(program);
  return program;
}
