/** `gatehouse migrate`: from a file to PostgreSQL, and back, with all people still signed in. */

import type { Command } from 'commander';
import { type Migrated, type MigrationRefusal, migrate } from '../../maintenance/migrate.ts';
import { StoreUnavailable } from '../../storage/port/port.ts';
import { isRefusal } from '../../usecases/services.ts';
import { databaseAddress } from '../address-arguments.ts';
import { add } from '../command.ts';
import { operator } from '../command-services.ts';
import { type Exit, exits, Failure } from '../exit-codes.ts';
import { answer, type Format, remark, utc } from '../output.ts';
import { withProgress } from '../progress.ts';

interface Options extends Format {
  readonly from: string;
  readonly to: string;
  readonly keepSource?: true;
}

const goOn = 'Run the same command again to go on.';

export function addMigrateCommand(program: Command): void {
  add(program, 'migrate', {
    summary: 'Move a database to another place, such as from a file to PostgreSQL, or back',
    more:
      'Stop all servers first. All people stay signed in. An interrupted migration continues when the same command is run again. ' +
      'An address with a password is put into an environment variable, whose name stands here: env:POSTGRES_URL. ' +
      'Afterwards set DATABASE_URL to the new place: no server starts on the old one any more.',
    examples: [
      'gatehouse migrate --from file:gatehouse.db --to env:POSTGRES_URL',
      'gatehouse migrate --from env:POSTGRES_URL --to file:gatehouse-again.db',
    ],
  })
    .requiredOption('--from <address>', 'where the database is, as DATABASE_URL names it')
    .requiredOption('--to <address>', 'where it goes: a file that is not there yet, or an empty database')
    .option('--keep-source', 'let servers go on with the old place: for a rehearsal')
    .action(move);
}

async function move(options: Options): Promise<void> {
  const from = databaseAddress(options.from, '--from');
  const to = databaseAddress(options.to, '--to');
  const keepSource = options.keepSource === true;
  const moved = await goingOn(() =>
    withProgress(
      'Moving',
      (progress) => migrate({ from, to, keepSource, now: operator().now, progress }),
      `Interrupted. ${goOn}`,
    ),
  );
  if (isRefusal(moved)) throw failureOf(moved);
  await answer(options, facts(moved, keepSource), forPeople(moved));
  for (const remarked of remarks(moved, keepSource)) remark(remarked);
}

/** A migration that loses the database half-way loses no rows. */
async function goingOn<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new Failure(exits.unavailable, `The database does not answer: ${error.message} ${goOn}`);
  }
}

function facts(moved: Migrated, keepSource: boolean) {
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
    'What arrived was read back and compared.'
  );
}

function remarks({ leftBehind, begun, isAuditIntact }: Migrated, keepSource: boolean): string[] {
  return [
    ...(begun === 'again'
      ? ['The old place had changed since the copy was begun, so it was begun anew.']
      : []),
    ...(leftBehind > 0
      ? [`Left behind: ${leftBehind} sessions, links and devices of users who are missing.`]
      : []),
    ...(isAuditIntact
      ? []
      : ['The audit was broken in the old place, and is so in the new: see `gatehouse audit verify`.']),
    keepSource
      ? 'Servers may still use the old place: what happens there from now on is not in the new one.'
      : 'Now set DATABASE_URL to what you gave as --to. No server starts on the old place any more: a logout since would ' +
        'be undone there.',
  ];
}

type Words = {
  readonly [Name in MigrationRefusal['refused']]: readonly [
    exit: Exit,
    sentence: string | ((refusal: Extract<MigrationRefusal, { refused: Name }>) => string),
  ];
};

const { failed, notFound, refused, usage } = exits;

const pooled = 'leads through a pooler. Give the address of the database itself.';

const words: Words = {
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

function failureOf(refusal: MigrationRefusal): Failure {
  const [exit, sentence] = words[refusal.refused] as readonly [
    Exit,
    string | ((refusal: MigrationRefusal) => string),
  ];
  return new Failure(exit, typeof sentence === 'string' ? sentence : sentence(refusal));
}
