/** Opens a SQLite file of Gatehouse, creates one where none exists, and refuses every other file. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { causeOf, sentencesOf } from '../../../disk-errors.ts';
import { StoreUnusable } from '../../port/port.ts';
import { assertOpen } from '../maintenance/database-state.ts';
import { applicationId, everyTable, migrations } from '../schema.ts';
import { createPrivateFile, discardDatabase, linkUnlessTaken, syncFolder } from './durable-files.ts';
import { isFull } from './errors.ts';
import { assertFile } from './file-checks.ts';

/** The oldest SQLite whose WAL survives concurrent checkpoints intact. */
const oldestSqlite = [3, 51, 3] as const;

/** The longest wait of opening for the lock of another process, in milliseconds. */
const openTimeoutMs = 5_000;

/**
 * Opens the file at `path` with every commit durable (WAL, `synchronous=FULL`) and the schema brought to the last of
 * `steps`. A file is created only if none exists, and appears under its name only when complete.
 *
 * @throws {StoreUnusable} with a sentence about the problem and its solution.
 */
export function openDatabase(path: string, steps: readonly string[] = migrations): DatabaseSync {
  assertSqliteVersion(process.versions.sqlite ?? '0');
  const file = resolve(path);
  try {
    if (!existsSync(file)) createFile(file, steps);
    return openFile(file, steps);
  } catch (error) {
    throw unusable(file, error);
  }
}

/** Refuses a SQLite that is older than the tested one. */
export function assertSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  const difference = oldestSqlite.map((oldest, i) => (parts[i] ?? 0) - oldest).find((d) => d !== 0) ?? 0;
  if (difference >= 0) return;
  throw new StoreUnusable(
    `This Node.js carries SQLite ${version}; Gatehouse needs ${oldestSqlite.join('.')} or newer. Update Node.js.`,
  );
}

/** The file is made under another name and linked when complete, so that no half-made file has the real name. */
function createFile(file: string, steps: readonly string[]): void {
  if (existsSync(`${file}-wal`)) {
    throw new StoreUnusable(
      `${file} is missing, but ${basename(file)}-wal beside it holds commits that belong to it. ` +
        'Put the database file back, or move the -wal file away to start afresh.',
    );
  }
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${basename(file)}.new-${process.pid}`);
  discardDatabase(draft);
  createPrivateFile(draft);
  try {
    fillDraft(draft, steps);
    // If another process was faster, its file is used.
    if (linkUnlessTaken(draft, file)) syncFolder(folder);
  } finally {
    discardDatabase(draft);
  }
}

/** Closing writes everything into the one file that gets the real name. */
function fillDraft(draft: string, steps: readonly string[]): void {
  using db = new DatabaseSync(draft, { timeout: openTimeoutMs });
  prepare(db);
  migrate(db, 0, steps);
}

function openFile(file: string, steps: readonly string[]): DatabaseSync {
  const about = assertFile(file);
  const db = new DatabaseSync(file, { timeout: openTimeoutMs });
  try {
    const version = schemaVersion(db, file, steps.length);
    assertOpen(db);
    prepare(db);
    migrate(db, version, steps);
    db.prepare(everyTable).all();
    // The file was replaced by the process that held the lock meanwhile.
    if (statSync(file).ino !== about.ino)
      throw new StoreUnusable(`${file} was replaced while it was opened. Start again.`);
    db.exec('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Reads the version before anything is written, so that a file of a newer Gatehouse is not changed. */
export function schemaVersion(db: DatabaseSync, file: string, known = migrations.length): number {
  const version = pragma(db, 'user_version');
  if (version > known) {
    throw new StoreUnusable(
      `${file} was written by a newer Gatehouse (schema ${version}; this one knows up to ${known}). ` +
        'Run the newer version, or restore a backup that an older one made.',
    );
  }
  return version;
}

function prepare(db: DatabaseSync): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = 67108864;
  `);
}

/** Brings the tables from one version of the schema to the last. */
export function migrate(db: DatabaseSync, from: number, steps: readonly string[] = migrations): void {
  if (from === steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have migrated while this one waited for the lock.
    for (const sql of steps.slice(pragma(db, 'user_version'))) db.exec(sql);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

export function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

const remedies: readonly [pattern: RegExp, remedy: string][] = [
  [/not a database|malformed/, 'The file is damaged or not a SQLite database. Restore it from a backup.'],
  [/no such table/, 'The file lost a part of Gatehouse. Restore it from a backup.'],
  [/locked|busy/, 'Another program holds the file. Stop it and start again.'],
];

/** The error for a file that cannot be used, with advice. */
export function unusable(file: string, error: unknown): StoreUnusable {
  if (error instanceof StoreUnusable) return error;
  const { message } = error as Error;
  const cannot = (why: string) =>
    new StoreUnusable(`Cannot open the database ${file}: ${why}`, { cause: error });
  const remedy = remedies.find(([pattern]) => pattern.test(message))?.[1];
  if (remedy !== undefined) return cannot(`${message}. ${remedy}`);
  // SQLite reports only that it failed.
  const code = isFull(error) ? 'ENOSPC' : causeOf(file, error);
  const sentences = code && sentencesOf(code, 'point DATABASE_URL at another disk');
  return cannot(sentences ?? `${message}. Check the path and the disk.`);
}
