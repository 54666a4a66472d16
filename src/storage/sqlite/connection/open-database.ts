/** Opens a SQLite file that is Gatehouse's, creates one where there is none, and refuses every other file. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { causeOf, sentencesOf } from '../../../disk-errors.ts';
import { StoreUnusable } from '../../port/port.ts';
import { assertOpen } from '../maintenance/database-state.ts';
import { applicationId, everyTable, migrations } from '../schema.ts';
import { isFull } from './errors.ts';

/** The oldest SQLite whose WAL is known to survive concurrent check-points intact. */
const oldestSqlite = [3, 51, 3] as const;

/** How long opening waits for another process to let go of the file. */
const openingPatienceMs = 5_000;

/**
 * Opens the file at `path` with every commit durable (WAL, `synchronous=FULL`) and the schema up to date.
 * A file is created only where none exists, and appears under its name complete or not at all.
 *
 * @throws {StoreUnusable} with a sentence that says what is wrong with the file and what to do.
 */
export function openDatabase(path: string): DatabaseSync {
  assertSqliteVersion(process.versions.sqlite ?? '0');
  const file = resolve(path);
  try {
    if (!existsSync(file)) createFile(file);
    return openFile(file);
  } catch (error) {
    throw unusable(file, error);
  }
}

/** Refuses a SQLite older than the one this store was tested with. */
export function assertSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  const difference = oldestSqlite.map((oldest, i) => (parts[i] ?? 0) - oldest).find((d) => d !== 0) ?? 0;
  if (difference >= 0) return;
  throw new StoreUnusable(
    `This Node.js carries SQLite ${version}; Gatehouse needs ${oldestSqlite.join('.')} or newer. Update Node.js.`,
  );
}

/** A half-made file must never be found under the real name, so the file is made beside it and linked when done. */
function createFile(file: string): void {
  if (existsSync(`${file}-wal`)) {
    throw new StoreUnusable(
      `${file} is missing, but ${basename(file)}-wal beside it holds commits that belong to it. ` +
        'Put the database file back, or move the -wal file away to start afresh.',
    );
  }
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${basename(file)}.new-${process.pid}`);
  rmSync(draft, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  try {
    fillDraft(draft);
    linkSync(draft, file);
    syncFolder(folder);
  } catch (error) {
    // Another process was faster: its file is as good.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${draft}${suffix}`, { force: true });
  }
}

/** Closing moves everything into the one file that gets the real name. */
function fillDraft(draft: string): void {
  const db = new DatabaseSync(draft, { timeout: openingPatienceMs });
  try {
    prepare(db);
    migrate(db, 0);
  } finally {
    db.close();
  }
}

/** Something else of that name. */
export function notAFile(file: string, about: Stats): StoreUnusable {
  const what = about.isDirectory() ? 'is a folder (EISDIR) and is not a file' : 'is not a file';
  return new StoreUnusable(`${file} ${what}. Point DATABASE_URL at a file.`);
}

/** A file that Gatehouse wrote, as far as can be seen without opening it. */
export function assertFile(file: string): Stats {
  const about = statSync(file);
  if (!about.isFile()) throw notAFile(file, about);
  if (about.size === 0) {
    throw new StoreUnusable(
      `${file} is empty: no database that Gatehouse wrote looks like this. ` +
        'Restore it from a backup, or remove it to start afresh.',
    );
  }
  // SQLite takes a file of a few bytes for an empty database and would write over it.
  if (!headerOf(file)) throw new Error('file is not a database');
  assertOwn(file);
  return about;
}

function openFile(file: string): DatabaseSync {
  const about = assertFile(file);
  const db = new DatabaseSync(file, { timeout: openingPatienceMs });
  try {
    const version = schemaVersion(db, file);
    assertOpen(db);
    prepare(db);
    migrate(db, version);
    db.prepare(everyTable).all();
    // A process that put another file in its place held the lock that this waited for.
    if (statSync(file).ino !== about.ino)
      throw new StoreUnusable(`${file} was replaced while it was opened. Start again.`);
    db.exec('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Looks into the header (SQLite's file format, section 1.3) before SQLite does: even opening and closing a file of
 * another program would fold its write-ahead log into it.
 */
export function assertOwn(file: string): void {
  const header = headerOf(file);
  if (!header || isGatehouse(header)) return;
  throw new StoreUnusable(
    `${file} is a SQLite database of another program. Point DATABASE_URL at a file of Gatehouse or at a new name.`,
  );
}

/** The header of a SQLite file; `undefined` for a file of another kind. */
export function headerOf(file: string): Buffer | undefined {
  const header = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header);
  } finally {
    closeSync(handle);
  }
  return header.toString('latin1').startsWith('SQLite format 3\0') ? header : undefined;
}

/** Whether the header of a SQLite file says that it is Gatehouse's. */
export function isGatehouse(header: Buffer): boolean {
  return header.readUInt32BE(68) === applicationId;
}

/** Reads the version before anything is written: a file of a newer Gatehouse stays as it was. */
export function schemaVersion(db: DatabaseSync, file: string): number {
  const version = pragma(db, 'user_version');
  if (version > migrations.length) {
    throw new StoreUnusable(
      `${file} was written by a newer Gatehouse (schema ${version}; this one knows up to ${migrations.length}). ` +
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

/** Brings the tables from one version of the schema to the newest. */
export function migrate(db: DatabaseSync, from: number): void {
  if (from === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have migrated while this one waited for the lock.
    for (let version = pragma(db, 'user_version'); version < migrations.length; version += 1) {
      db.exec(migrations[version] ?? '');
    }
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** A new name is durable once its folder is; Windows keeps folders durable by itself and cannot open them. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

const remedies: readonly [pattern: RegExp, remedy: string][] = [
  [/not a database|malformed/, 'The file is damaged or not a SQLite database. Restore it from a backup.'],
  [/no such table/, 'The file lost a part of Gatehouse. Restore it from a backup.'],
  [/locked|busy/, 'Another program holds the file. Stop it and start again.'],
];

/** Says what is wrong with a file and what to do. */
export function unusable(file: string, error: unknown): StoreUnusable {
  if (error instanceof StoreUnusable) return error;
  const { message } = error as Error;
  const cannot = (why: string) =>
    new StoreUnusable(`Cannot open the database ${file}: ${why}`, { cause: error });
  const remedy = remedies.find(([pattern]) => pattern.test(message))?.[1];
  if (remedy !== undefined) return cannot(`${message}. ${remedy}`);
  // SQLite says no more than that it failed.
  const code = isFull(error) ? 'ENOSPC' : causeOf(file, error);
  const sentences = code && sentencesOf(code, 'point DATABASE_URL at another disk');
  return cannot(sentences ?? `${message}. Check the path and the disk.`);
}
