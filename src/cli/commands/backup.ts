/** `gatehouse backup` and `gatehouse restore`: a copy of the database, and a copy in its place. */

import type { Command } from 'commander';
import { backup, restore } from '../../maintenance/backup.ts';
import { isFile } from '../../open-services.ts';
import type { Settings } from '../../settings/settings.ts';
import { isRefusal } from '../../usecases/services.ts';
import { add } from '../command.ts';
import { operator, settingsOfEnvironment, withServices } from '../command-services.ts';
import { exits, Failure, failureOf } from '../exit-codes.ts';
import { answer, type Format, remark } from '../output.ts';
import { withProgress } from '../progress.ts';
import { sessionsEnded } from './user.ts';

export function addBackupCommands(program: Command): void {
  add(program, 'backup <file>', {
    summary: 'Copy the database to a new file, while the server runs',
    more:
      'The copy is the database as it was at one instant, and one file. An existing file is never overwritten. ' +
      'It holds password hashes: keep it as safe as the database.',
    examples: ['gatehouse backup gatehouse-backup.db'],
  }).action(takeBackup);

  add(program, 'restore <file>', {
    summary: 'Put a backup in the place of the database, and end all sessions',
    more:
      'Stop the server first. The database that was there is kept beside the new one. Accounts, passwords and the ' +
      'audit are as they were when the backup was made; links that were sent and invitations are void, mails that waited are dropped.',
    examples: ['gatehouse restore gatehouse-backup.db'],
  })
    .option('--keep-sessions', 'leave the sessions of the backup alive, also those that were ended since')
    .action(putBack);
}

/** PostgreSQL has tools of its own, which know how to copy it while it is in use. */
const elsewhere = {
  backup:
    'PostgreSQL makes its own backups: pg_dump -Fc -f gatehouse.dump gatehouse, with the password in ~/.pgpass and not ' +
    'on the command line; or archived WAL for a restore to an instant. A backup holds password hashes: keep it as safe as the database.',
  restore:
    'PostgreSQL puts back its own backups: stop all servers, pg_restore into an empty database, and end all sessions ' +
    'before the first start: gatehouse session end --everybody. Those that ended since the backup are alive in it again.',
} as const;

function assertFile(settings: Settings, command: keyof typeof elsewhere): void {
  if (!isFile(settings)) throw new Failure(exits.refused, elsewhere[command]);
}

async function takeBackup(file: string, format: Format): Promise<void> {
  assertFile(settingsOfEnvironment(), 'backup');
  await withServices(async ({ settings, services, caller }) => {
    // Who took a copy of all password hashes is worth an entry, and worth one before the copy exists.
    await services.audit.keep(caller, 'backup', undefined);
    const made = await withProgress('Copying', (progress) => backup(settings, file, progress));
    if (isRefusal(made)) throw failureOf(made);
    await answer(format, { file, bytes: made.bytes }, `${file} holds ${made.bytes} bytes.`);
  });
}

async function putBack(file: string, options: Format & { keepSessions?: true }): Promise<void> {
  const settings = settingsOfEnvironment();
  assertFile(settings, 'restore');
  const keep = options.keepSessions === true;
  const restored = await withProgress('Restoring', (progress) =>
    restore(settings, file, keep, operator(), progress),
  );
  if (isRefusal(restored)) throw failureOf(restored);
  const { ended, dropped, keptAs } = restored;
  const value = {
    file,
    sessions_ended: ended,
    sessions_kept: keep,
    mails_dropped: dropped,
    replaced: keptAs ?? null,
  };
  const sessions = keep ? 'Its sessions were kept.' : sessionsEnded(ended);
  await answer(options, value, `${file} is the database now. ${sessions}`);
  if (keptAs)
    remark(`The database that was there is kept as ${keptAs}: remove it when it is not needed any more.`);
}
