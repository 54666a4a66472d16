/** `gatehouse migrate`: moves a database between a file and PostgreSQL, with its live sessions. */

import type { Command } from 'commander';
import type { Migrated, MigrationRefusal } from '../../maintenance/migrate.ts';
import { StoreUnavailable } from '../../storage/port/port.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { databaseAddress } from '../address-arguments.ts';
import { addCommand } from '../command.ts';
import { operatorCaller } from '../command-services.ts';
import { exitCodes, type RefusalWords, refusalErrorOf, unavailableError } from '../exit-codes.ts';
import { keyOfMoved } from '../key-notes.ts';
import { type Format, printNote, printResult, utc } from '../output.ts';
import { withProgress } from '../progress.ts';

interface Options extends Format {
  readonly from: string;
  readonly to: string;
  readonly keepSource?: true;
}

const retryAdvice = 'Run the same command again to continue.';

export function addMigrateCommand(program: Command): void {
  addCommand(program, 'migrate', {
    summary: 'Move a database from a file to PostgreSQL, or back',
    more:
      'Stop all servers first. Sessions stay alive. To continue an interrupted migration, run the same command again. Put ' +
      'an address with a password into an environment variable and name it, as in env:POSTGRES_URL. Then set ' +
      'DATABASE_URL to the new address: no server starts on the old database any more.',
    examples: [
      'gatehouse migrate --from file:gatehouse.db --to env:POSTGRES_URL',
      'gatehouse migrate --from env:POSTGRES_URL --to file:gatehouse-again.db',
    ],
  })
    .requiredOption('--from <address>', 'the old database, in the form of DATABASE_URL')
    .requiredOption('--to <address>', 'the new database: a file that does not exist, or an empty database')
    .option('--keep-source', 'leave the old database usable, for a rehearsal')
    .action(runMigrate);
}

async function runMigrate(options: Options): Promise<void> {
  const from = databaseAddress(options.from, '--from');
  const to = databaseAddress(options.to, '--to');
  const keepSource = options.keepSource === true;
  const { migrate } = await import('../../maintenance/migrate.ts');
  const moved = await withRetryAdvice(() =>
    withProgress(
      'Moving',
      (progress) => migrate({ from, to, keepSource, now: operatorCaller().now, progress }),
      `Interrupted. ${retryAdvice}`,
    ),
  );
  if (isRefusal(moved)) throw refusalErrorOf(words, moved);
  await printResult(options, resultJson(moved, keepSource), forPeople(moved));
  for (const note of notes(moved, keepSource)) printNote(note);
}

/** Adds the advice to retry: a migration that loses its connection loses no rows. */
async function withRetryAdvice<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw unavailableError(error, retryAdvice);
  }
}

function resultJson(moved: Migrated, keepSource: boolean) {
  const { from, to, rows, leftBehind, begun, isAuditIntact } = moved;
  return {
    from,
    to,
    rows,
    left_behind: leftBehind,
    begun,
    audit_intact: isAuditIntact,
    source_closed: !keepSource,
  };
}

function forPeople({ from, to, rows }: Migrated): string {
  const { auth, sessions, audit } = rows;
  return (
    `Everything in ${from} is in ${to}: ${auth} accounts, ${sessions} sessions, ${audit} entries of the audit. ` +
    'The copied rows were read back and compared.'
  );
}

function notes({ from, rows, leftBehind, begun, isAuditIntact }: Migrated, keepSource: boolean): string[] {
  return [
    ...(begun === 'again'
      ? ['The old place had changed since the copy was begun, so it was begun anew.']
      : []),
    ...(leftBehind > 0
      ? [`Left behind: ${leftBehind} sessions, links, devices and factors of users who are missing.`]
      : []),
    ...(isAuditIntact
      ? []
      : ['The audit was broken in the old place, and is so in the new: see `gatehouse audit verify`.']),
    ...(rows.second_factors > 0 ? [keyOfMoved(from)] : []),
    keepSource
      ? 'Servers may still use the old place: what happens there from now on is not in the new one.'
      : 'Now set DATABASE_URL to what you gave as --to. No server starts on the old place any more: a logout since would ' +
        'be undone there.',
  ];
}

const { failed, notFound, refused, usage } = exitCodes;

const pooled = 'leads through a pooler. Give the address of the database itself.';

const words: RefusalWords<MigrationRefusal> = {
  same_place: [usage, '--from and --to lead to the same place.'],
  source_missing: [notFound, 'There is no file where --from leads.'],
  source_in_use: [
    refused,
    'The database at --from is in use. Stop all servers, and every other command, and try again.',
  ],
  source_pooled: [refused, `--from ${pooled}`],
  source_moved: [
    refused,
    ({ moved: { to, at } }) =>
      `The database at --from was moved to ${to} at ${utc(at)} already. Set DATABASE_URL to that.`,
  ],
  target_exists: [
    refused,
    'There is a file where --to leads, and is left as it is. Move it away, or choose another name.',
  ],
  target_not_empty: [
    refused,
    'The database at --to holds rows already. They are left as they are; choose an empty database.',
  ],
  target_in_use: [
    refused,
    'The database at --to is in use. Stop all servers, and every other command, and try again.',
  ],
  target_pooled: [refused, `--to ${pooled}`],
  target_of_another: [
    refused,
    ({ from }) =>
      `--to holds an unfinished copy of ${from}, or of what was there once. Finish that, or choose another place.`,
  ],
  row_unfit: [
    refused,
    ({ table: name, row, because }) =>
      `A row of ${name} cannot be moved${row ? ` (${row})` : ''}. ${because} Correct or remove it at --from.`,
  ],
  copy_differs: [
    failed,
    ({ table: name }) =>
      `What arrived in ${name} is not what was sent. Nothing was moved; run the same command again to begin anew.`,
  ],
};
