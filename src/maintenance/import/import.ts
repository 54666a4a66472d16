/** Imports the files of another system into the database, while servers run. */

import { setTimeout as sleep } from 'node:timers/promises';
import { randomSecret } from '../../crypto/factor-secrets.ts';
import { hashKindOf } from '../../crypto/hashes/hash-kind.ts';
import { forStorage, mustBeWrapped, prefixesToWrap } from '../../crypto/hashes/wrapping.ts';
import { SecretBox } from '../../crypto/secret-box.ts';
import { openSecretBox } from '../../crypto/secret-key-file.ts';
import { isFile, type Settings } from '../../settings/settings.ts';
import type { ImportRun, ImportStore } from '../../storage/port/imports.ts';
import type { AuditContext, Progress, Store } from '../../storage/port/port.ts';
import { openSpool } from '../../storage/sqlite/maintenance/import-spool.ts';
import type { Caller, Services } from '../../usecases/services.ts';
import type { AccountRules } from './account-rules.ts';
import { countedFiles } from './counted-files.ts';
import { batchRows, Pipeline } from './pipeline.ts';
import type { FormatOptions, ImportFile, ImportFormat } from './records.ts';
import { Report, type ReportEntry, type ReportGroup } from './report.ts';
import { type OpenBox, SecretSealer } from './secret-sealer.ts';
import { searchWeak } from './weak-passwords.ts';

/** The database that is imported into. */
export interface ImportTarget {
  readonly settings: Settings;
  readonly services: Services;
  readonly store: Store;
  readonly caller: Caller;
}

export interface ImportOptions {
  readonly format: ImportFormat;
  readonly files: readonly ImportFile[];
  /** The sizes of the files in bytes, for the progress; `undefined` if one is unknown. */
  readonly bytes: number | undefined;
  readonly formatOptions: FormatOptions;
  readonly isDryRun: boolean;
  readonly onConflict: ImportRun['onConflict'];
  /** Ends sessions that came from this origin and are not in the files. */
  readonly isPruning: boolean;
  /** How long weak passwords are looked for, in milliseconds. */
  readonly weakMs: number;
  /** Gets every entry of the report. */
  readonly onEntry: (entry: ReportEntry) => void;
  /** May throw to end the run. */
  readonly progress: Progress;
  /** A clock that never goes back, in milliseconds. */
  readonly stopwatch: () => number;
}

/** The end of an import. */
export interface Imported {
  readonly groups: readonly ReportGroup[];
  readonly isComplete: boolean;
  /** Hashes of this run, and of the whole database, that wait for wrapping (ruling I3). */
  readonly toWrap: number;
  readonly toWrapInAll: number;
  /** Sessions that ended because the origin has them no more; those that would, in a dry run. */
  readonly pruned: number;
  /** Accounts on which weak passwords were tried. */
  readonly weakTried: number;
  /** Accounts of this run with a password. */
  readonly withPassword: number;
}

/** Between two batches other processes get the database for this long, in milliseconds. */
const pauseMs = 1;

/** The parts of the progress, in thousandths: reading the files, and writing sessions. */
const whole = 1_000;
const readingPart = 700;

/**
 * Imports all files. Rulings I1 to I4: ids, instants, hashes and live sessions are kept; the same files again change nothing; a
 * dry run changes nothing and reports the same. A run that ends early leaves whole accounts, and the same run again goes on.
 *
 * @throws {CannotWrite} if the disk for temporary files is full.
 */
export async function importFiles(target: ImportTarget, options: ImportOptions): Promise<Imported> {
  const { services, store, caller, settings } = target;
  const { format, isDryRun, onConflict } = options;
  const imports = await store.imports();
  const report = new Report(options.onEntry);
  const run: ImportRun = { source: format.name, at: caller.now, onConflict, isDryRun };
  const context = services.audit.context(caller, 'import');
  const ending = services.audit.context(caller, 'logout', 'import');
  using spool = openSpool();
  const counted = countedFiles(options.files);
  const pipeline = new Pipeline({
    store: imports,
    spool,
    report,
    run,
    context,
    rules: accountRules(target, isDryRun),
    life: {
      at: caller.now,
      idleMs: settings.sessionIdleSeconds * 1_000,
      lifetimeMs: settings.sessionLifetimeSeconds * 1_000,
      contract: format.contract ?? 'import',
    },
    isTaken: async (canonical) => (await store.accounts.findCredential(canonical)) !== undefined,
    progress: (sessions, all) =>
      options.progress(doneOf(counted.bytes(), options.bytes, sessions, all), whole),
    endSessions: async (userId) => {
      await services.sessions.endAll(userId, undefined, ending);
    },
    pause: () => sleep(pauseMs),
  });
  await pipeline.run(format.read(counted.files, { ...options.formatOptions, at: caller.now }));
  const pruned =
    options.isPruning && isReadWhole(report, options.files)
      ? await prune(imports, run, ending, options, spool)
      : 0;
  const weakTried = await findWeak(target, options, report, spool, pipeline);
  return {
    groups: report.groups,
    isComplete: report.isComplete,
    toWrap: pipeline.toWrap,
    toWrapInAll: await imports.countWith(prefixesToWrap),
    pruned,
    weakTried,
    withPassword: spool.credentialCount,
  };
}

function doneOf(read: number, bytes: number | undefined, sessions?: number, all?: number): number {
  if (sessions !== undefined && all !== undefined)
    return readingPart + Math.floor(((whole - readingPart) * sessions) / Math.max(1, all));
  return bytes === undefined ? 0 : Math.floor((readingPart * Math.min(read, bytes)) / Math.max(1, bytes));
}

function accountRules(target: ImportTarget, isDryRun: boolean): AccountRules {
  const { services, caller } = target;
  const current = services.passwords.parameters;
  return {
    at: caller.now,
    isAddress: (text) => !('refused' in services.accounts.name(text, 'email')),
    sealer: new SecretSealer(boxOpener(target, isDryRun)),
    hashes: {
      atRest: (passwordHash) => {
        const stored = forStorage(passwordHash, current);
        return { stored, isWaiting: mustBeWrapped(stored) };
      },
      kindOf: hashKindOf,
    },
  };
}

/** Opens the key of the server. A dry run makes none; where the real one would, it encrypts with one that it forgets. */
function boxOpener({ settings, store }: ImportTarget, isDryRun: boolean): OpenBox {
  const hasSealed = async () => (await (await store.factors()).secondFactors.countSealed('')).all > 0;
  return async (mayCreate) => {
    const opened = await openSecretBox(settings, { mayCreate: mayCreate && !isDryRun, hasSealed });
    const isMissing = 'refused' in opened && opened.refused === 'missing';
    const wouldBeMade = isFile(settings) && settings.secretKeyFile === '';
    if (isDryRun && mayCreate && isMissing && wouldBeMade && !(await hasSealed()))
      return new SecretBox(new Uint8Array(randomSecret(32)));
    return opened;
  };
}

/** Problems after which a session may be in a file unseen. */
const unread = ['broken_json', 'broken_utf8', 'too_long', 'wrong_columns', 'bad_quotes', 'bad_instant'];

/**
 * Whether all of the files were read. If they were not, a session that was not seen may be alive at its origin, so none is
 * ended, and the report says so.
 */
function isReadWhole(report: Report, [first]: readonly ImportFile[]): boolean {
  const isWhole = report.groups.every(({ kind, outcome }) => kind !== 'file' && !unread.includes(outcome));
  if (isWhole || first === undefined) return isWhole;
  const message =
    'No session was ended, because not all of the files could be read: a session in them may be alive.';
  report.add({ kind: 'note', outcome: 'not_pruned', place: { file: first.name, line: 1 }, message });
  return false;
}

/** Ends live sessions of the origin that no file has any more. */
async function prune(
  imports: ImportStore,
  { source, at, isDryRun }: ImportRun,
  context: AuditContext,
  { progress }: ImportOptions,
  spool: ReturnType<typeof openSpool>,
): Promise<number> {
  let pruned = 0;
  for (let after = ''; ; ) {
    progress(whole, whole);
    const live = await imports.liveFrom(source, at, after, batchRows);
    const gone = live.filter((idHash) => !spool.hasSession(idHash));
    if (isDryRun) pruned += gone.length;
    else if (gone.length > 0) pruned += await imports.prune(source, gone, context);
    const last = live.at(-1);
    if (last === undefined) return pruned;
    after = last;
    await sleep(pauseMs);
  }
}

async function findWeak(
  { services }: ImportTarget,
  { weakMs, stopwatch, progress }: ImportOptions,
  report: Report,
  spool: ReturnType<typeof openSpool>,
  pipeline: Pipeline,
): Promise<number> {
  if (weakMs === 0) return 0;
  const until = stopwatch() + weakMs;
  return searchWeak({
    spool,
    passwords: services.passwords,
    hashing: services.hashing,
    hasTime: () => {
      progress(whole, whole);
      return stopwatch() < until;
    },
    found: ({ userId, place }, outcome) => {
      const message =
        outcome === 'empty_password' ? 'The empty password opens it.' : 'Its own name opens it.';
      report.add({ kind: 'note', outcome, place: pipeline.placeOf(place), userId, message });
    },
  });
}
