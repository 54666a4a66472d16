/** `gatehouse import`: brings accounts and live sessions from another system. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatNames } from '../../maintenance/import/format-registry.ts';
import { type Imported, importFiles } from '../../maintenance/import/import.ts';
import type { FormatOptions, ImportFormat } from '../../maintenance/import/records.ts';
import { StoreUnavailable } from '../../storage/port/port.ts';
import { addCommand } from '../command.ts';
import { withServices } from '../command-services.ts';
import { exitCodes, unavailableError } from '../exit-codes.ts';
import { inputFiles } from '../importing/import-files.ts';
import { findFormat } from '../importing/import-format.ts';
import { importedForPeople, importedJson } from '../importing/import-summary.ts';
import { openReportFile, type ReportFile } from '../importing/report-file.ts';
import { type Format, printNote, printResult } from '../output.ts';
import { withInterruption, withProgress } from '../progress.ts';

interface Options extends Format {
  readonly from?: string;
  readonly dryRun?: true;
  readonly onConflict: 'report' | 'skip' | 'suffix';
  readonly prune?: true;
  readonly report?: string;
  readonly identifier?: 'username' | 'email';
  readonly column?: Readonly<Record<string, string>>;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly weakSeconds: number;
}

const retryAdvice = 'What was imported stays. Run the same command again to continue.';

/** A day: more is a mistake. */
const maxWeakSeconds = 86_400;

export function addImportCommand(program: Command): void {
  addCommand(program, 'import <file...>', {
    summary: 'Bring accounts and live sessions from another system, while the server runs',
    more:
      'FILE is a file of the other system, several if it has several, or - for standard input. People stay signed in, and ' +
      'keep their passwords. Importing the same files again changes nothing; a later export brings what is new. ' +
      'The exit code is 1 if an account or a session was left out, or waits for a name. docs/moving-in.md shows the whole way.',
    examples: [
      'gatehouse import accounts.jsonl --dry-run',
      'gatehouse import accounts.jsonl --report report.jsonl',
      'gatehouse import accounts.jsonl --prune --json',
    ],
  })
    .option(
      '--from <format>',
      `the other system: ${formatNames.join(', ')}; found from the files if left out`,
    )
    .option('--dry-run', 'change nothing, and report what would happen')
    .addOption(
      new Option('--on-conflict <what>', 'what to do with an account whose name another one has')
        .choices(['report', 'skip', 'suffix'])
        .default('report'),
    )
    .option('--prune', 'end sessions of earlier imports that the files do not have any more')
    .option('--report <file>', 'write what became of every line to a new file, as JSON lines')
    .addOption(
      new Option('--identifier <kind>', 'log in by this where an account has both').choices([
        'username',
        'email',
      ]),
    )
    .option(
      '--column <what=column>',
      'the column of a CSV file that holds something, such as hash=encrypted_password',
      pair,
    )
    .option('--parameter <name=value>', 'a parameter that the other system keeps outside of its files', pair)
    .option('--weak-seconds <seconds>', 'how long to try empty passwords and names as passwords', seconds, 10)
    .action(runImport);
}

async function runImport(names: readonly string[], options: Options): Promise<void> {
  const interruption = `Interrupted. ${options.dryRun ? 'Nothing was changed.' : retryAdvice}`;
  await withInterruption((signal) => importNamed(names, options, interruption, signal), interruption);
}

async function importNamed(
  names: readonly string[],
  options: Options,
  interruption: string,
  signal: AbortSignal,
): Promise<void> {
  const isDryRun = options.dryRun === true;
  const { bytes, files: named } = inputFiles(names, signal);
  const { format, files } = await findFormat(options.from, named);
  const formatOptions: FormatOptions = {
    identifier: options.identifier,
    columns: options.column,
    parameters: options.parameter,
  };
  const imported = await withServices(
    (target) =>
      withReport(options.report, (report) =>
        withRetryAdvice(() =>
          withProgress(
            isDryRun ? 'Reading' : 'Importing',
            (progress) =>
              importFiles(target, {
                format,
                files,
                bytes,
                formatOptions,
                isDryRun,
                onConflict: options.onConflict,
                isPruning: options.prune === true,
                weakMs: options.weakSeconds * 1_000,
                onEntry: (entry) => report?.add(entry),
                progress,
                stopwatch: () => performance.now(),
              }),
            interruption,
          ),
        ),
      ),
    isDryRun ? 'fail' : 'create',
  );
  await printResult(options, importedJson(imported, format, isDryRun), importedForPeople(imported, isDryRun));
  for (const note of notes(imported, format, isDryRun)) printNote(note);
  if (!imported.isComplete) process.exitCode = exitCodes.failed;
}

/** Writes the report to a file, if one is named. Its last line is there only if the import came to its end. */
async function withReport(
  name: string | undefined,
  work: (report: ReportFile | undefined) => Promise<Imported>,
): Promise<Imported> {
  if (name === undefined) return work(undefined);
  const report = openReportFile(name);
  try {
    const imported = await work(report);
    report.end(imported);
    return imported;
  } finally {
    report.close();
  }
}

async function withRetryAdvice<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw unavailableError(error, retryAdvice);
  }
}

function notes({ toWrapInAll }: Imported, { leavesOut }: ImportFormat, isDryRun: boolean): string[] {
  return [
    ...leavesOut.map((sentence) => `Not imported: ${sentence}`),
    ...(toWrapInAll > 0
      ? [`${toWrapInAll} password hashes are too weak to be stored as they are: run \`gatehouse wrap\`.`]
      : []),
    ...(isDryRun ? ['This was a dry run: nothing was changed.'] : []),
  ];
}

/** `name=value`, collected. */
function pair(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name = '', value = ''] = /^([\w-]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It is not in the form name=value.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= maxWeakSeconds) return value;
  throw new InvalidArgumentError(`It is not a number of seconds from 0 to ${maxWeakSeconds}.`);
}
