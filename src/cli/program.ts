/** The program as a whole: every command there is, and what they have in common. */

import { Command } from 'commander';
import { version } from '../version.ts';
import { add } from './command.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addDoctorCommands } from './commands/doctor.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addSessionCommands } from './commands/session.ts';
import { addThrottleCommands } from './commands/throttle.ts';
import { addUserCommands } from './commands/user.ts';
import { exits, Failure } from './exit-codes.ts';

const about = `
Every command reads the settings of the server from the environment, DATABASE_URL above all, and works while the
server runs. Exit codes: 0 done, 1 failed or no, 2 unusable command line or settings, 3 not found, 4 refused,
5 database unusable.`;

/** What stands behind the `=` of an option or a variable may be a password, and the parser would repeat it. */
function withoutValues(text: string): string {
  return text
    .replace(/(unknown (?:option|command) '[\w-]+=)[\s\S]*'/, "$1…'")
    .replace(/(but got \d+: (?:[\s\S]*?, )?[A-Z][A-Z0-9_]*=)[\s\S]*/, '$1…\n');
}

/** Builds the program; nothing runs before it is told to parse. */
export function createProgram(): Command {
  const program = new Command('gatehouse')
    .description('Session authentication: the server, and the commands of its operator.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show how it is used')
    .addHelpText('after', about)
    .showHelpAfterError('`--help` shows how it is used.')
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    // `doctor --json` and `doctor cookie --json` are two options.
    .enablePositionalOptions()
    .exitOverride();

  add(program, 'serve', {
    summary: 'Start the server; what `gatehouse` alone does too',
    more: 'Settings come from the environment. SIGTERM, SIGINT and SIGHUP end it in order.',
    examples: ['gatehouse serve', 'PORT=8080 gatehouse'],
    speaksToPeople: true,
  }).action(() => {
    // The server is a program of its own, which `bin/gatehouse.js` chooses where nothing else is said.
    throw new Failure(exits.usage, '`gatehouse serve` takes no arguments.');
  });
  addUserCommands(program);
  addSessionCommands(program);
  addThrottleCommands(program);
  addAuditCommands(program);
  addBackupCommands(program);
  addMigrateCommand(program);
  addDoctorCommands(program);
  addExplainCommand(program);
  return program;
}
