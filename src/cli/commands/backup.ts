/** `gatehouse backup` and `gatehouse restore`: copy the database, and replace it by a copy. */

import type { Command } from 'commander';
import { isFile, type Settings } from '../../settings/settings.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { addCommand } from '../command.ts';
import { environmentSettings, operatorCaller, withServices } from '../command-services.ts';
import { CommandError, exitCodes, refusalError } from '../exit-codes.ts';
import { keyOfBackup, keyOfRestored } from '../key-notes.ts';
import { type Format, printNote, printResult } from '../output.ts';
import { withProgress } from '../progress.ts';
import { sessionsEnded } from './user.ts';

export function addBackupCommands(program: Command): void {
  addCommand(program, 'backup <file>', {
    summary: 'Copy the database to a new file, while the server runs',
    more:
      'The copy is one file, and consistent as of one instant. An existing file is never overwritten. The copy has ' +
      'password hashes in it, and not the key of second factors: keep it as safe as the database.',
    examples: ['gatehouse backup gatehouse-backup.db'],
  }).action(runBackup);

  addCommand(program, 'restore <file>', {
    summary: 'Replace the database by a backup, and end all sessions',
    more:
      'Stop the server first. The old database is kept beside the new one. Accounts, passwords and the audit are those ' +
      'of the backup. Links in mails and invitations stop working, no browser is trusted any more, and queued mails are ' +
      'dropped.',
    examples: ['gatehouse restore gatehouse-backup.db'],
  })
    .option('--keep-sessions', 'keep the sessions of the backup, also those that ended after it')
    .action(runRestore);
}

/** PostgreSQL has its own tools for this. */
const postgresAdvice = {
  backup:
    'Use the tools of PostgreSQL: pg_dump -Fc -f gatehouse.dump gatehouse, with the password in ~/.pgpass and not ' +
    'on the command line; or archived WAL for a restore to an instant. A backup holds password hashes: keep it as safe as the database. ' +
    'It does not hold GATEHOUSE_SECRET_KEY: keep that too, and not in the same place.',
  restore:
    'Use the tools of PostgreSQL: stop all servers, pg_restore into an empty database, and end all sessions ' +
    'before the first start: gatehouse session end --everybody. Otherwise sessions that ended after the backup are alive again.',
} as const;

function assertFile(settings: Settings, command: keyof typeof postgresAdvice): void {
  if (!isFile(settings)) throw new CommandError(exitCodes.refused, postgresAdvice[command]);
}

/** Loaded for these two commands only. */
const maintenance = () => import('../../maintenance/backup.ts');

async function runBackup(file: string, format: Format): Promise<void> {
  assertFile(environmentSettings(), 'backup');
  const { backup } = await maintenance();
  await withServices(async ({ settings, services, caller }) => {
    // The audit entry comes first: no copy of the password hashes exists without it.
    await services.audit.keep(caller, 'backup', undefined);
    const made = await withProgress('Copying', (progress) => backup(settings, file, progress));
    if (isRefusal(made)) throw refusalError(made);
    await printResult(format, { file, bytes: made.bytes }, `${file} holds ${made.bytes} bytes.`);
    const { secondFactors } = await services.factors.load();
    if ((await secondFactors.countSecrets()) > 0) printNote(keyOfBackup(settings));
  });
}

async function runRestore(file: string, options: Format & { keepSessions?: true }): Promise<void> {
  const settings = environmentSettings();
  assertFile(settings, 'restore');
  const keep = options.keepSessions === true;
  const { restore } = await maintenance();
  const restored = await withProgress('Restoring', (progress) =>
    restore(settings, file, keep, operatorCaller(), progress),
  );
  if (isRefusal(restored)) throw refusalError(restored);
  const { ended, dropped, secrets, keptAs } = restored;
  const value = {
    file,
    sessions_ended: ended,
    sessions_kept: keep,
    mails_dropped: dropped,
    replaced: keptAs ?? null,
  };
  const sessions = keep ? 'Its sessions were kept.' : sessionsEnded(ended);
  await printResult(options, value, `${file} is the database now. ${sessions}`);
  if (secrets > 0) printNote(keyOfRestored(settings));
  if (keptAs) printNote(`The old database is kept as ${keptAs}: delete it when you no longer need it.`);
}
