/** A database file: created complete or not at all, ours or left alone, durable, at the latest schema. */

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { StoreUnusable } from '../../../src/storage/port/port.ts';
import { assertSqliteVersion, openDatabase } from '../../../src/storage/sqlite/connection/open-database.ts';
import { applicationId, migrations } from '../../../src/storage/sqlite/schema.ts';
import { freshPath, makeAccount, openStore, otherConnection, ownConnection } from '../../support/sqlite.ts';

const pragma = (db: DatabaseSync, name: string) => db.prepare(`PRAGMA ${name}`).get()?.[name];
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const tables = (db: DatabaseSync) => db.prepare('PRAGMA table_list').all();

/** Every file of a folder with its bytes. */
function everything(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

/** Expects a file to be refused with a sentence, and everything in its folder to stay as it is. */
function expectRefusal(file: string, sentence: string | RegExp): void {
  const before = everything(dirname(file));
  expect(() => openDatabase(file)).toThrow(StoreUnusable);
  expect(() => openDatabase(file)).toThrow(sentence);
  expect(() => openDatabase(file)).toThrow(file);
  expect(everything(dirname(file))).toEqual(before);
}

/** Opens one file from several processes at the same instant; returns how many rows each then wrote. */
async function openAtOnce(file: string, processes: number): Promise<string[]> {
  const program = `
    import { openDatabase } from ${JSON.stringify(new URL('../../../src/storage/sqlite/connection/open-database.ts', import.meta.url).href)};
    const [file, startAt] = process.argv.slice(1);
    while (Date.now() < Number(startAt));
    const db = openDatabase(file);
    db.exec('PRAGMA busy_timeout = 5000');
    console.log(db.prepare('INSERT INTO users (id, created_at) VALUES (?, 0)').run(String(process.pid)).changes);
  `;
  const startAt = String(Date.now() + 1_000);
  const runs = Array.from({ length: processes }, () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, file, startAt]),
  );
  return (await Promise.all(runs)).map(({ stdout }) => stdout.trim());
}

test('a new file is complete, and nothing else is left beside it', () => {
  const file = freshPath();
  const db = openDatabase(file);
  expect(pragma(db, 'application_id')).toBe(applicationId);
  expect(pragma(db, 'user_version')).toBe(migrations.length);
  db.close();
  expect(readdirSync(dirname(file))).toEqual(['gatehouse.db']);
});

test('only its owner may read a new file, its log and the folders made for it', () => {
  const folder = join(dirname(freshPath()), 'made', 'deep');
  const store = openStore(join(folder, 'gatehouse.db'));
  const files = readdirSync(folder).sort();
  expect(files).toEqual(['gatehouse.db', 'gatehouse.db-shm', 'gatehouse.db-wal']);
  expect(files.map((name) => mode(join(folder, name)))).toEqual(['600', '600', '600']);
  expect(mode(folder)).toBe('700');
  expect(mode(dirname(folder))).toBe('700');
  expect(store.file).toBe(join(folder, 'gatehouse.db'));
});

test('every commit is durable, foreign keys hold, and no step sleeps for a lock', () => {
  const db = ownConnection();
  expect(pragma(db, 'journal_mode')).toBe('wal');
  expect(pragma(db, 'synchronous')).toBe(2);
  expect(pragma(db, 'foreign_keys')).toBe(1);
  expect(pragma(db, 'trusted_schema')).toBe(0);
  expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 0 });
});

test('opening again changes nothing', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.close();
  const before = everything(dirname(store.file));
  openDatabase(store.file).close();
  expect(everything(dirname(store.file))).toEqual(before);
});

test('a file without any schema is brought to the latest one', () => {
  const file = freshPath();
  const bare = new DatabaseSync(file);
  bare.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}`);
  bare.close();
  const db = ownConnection(file);
  expect(pragma(db, 'user_version')).toBe(migrations.length);
  expect(tables(db).map(({ name }) => name)).toEqual(expect.arrayContaining(['auth', 'users', 'sessions']));
});

test('a migration that fails leaves the file at the schema it had', () => {
  const file = freshPath();
  const old = new DatabaseSync(file);
  // The third table of the first migration is in the way: the two before it must not stay.
  old.exec(`PRAGMA application_id = ${applicationId}; CREATE TABLE sessions (a)`);
  old.close();
  expect(() => openDatabase(file)).toThrow(/table sessions already exists/);
  const db = otherConnection(file);
  expect(pragma(db, 'user_version')).toBe(0);
  const own = tables(db).filter(({ name }) => !String(name).startsWith('sqlite_'));
  expect(own.map(({ name }) => name)).toEqual(['sessions']);
});

test('processes that create one file at once all get the same one', async () => {
  const file = freshPath();
  expect(await openAtOnce(file, 3)).toEqual(['1', '1', '1']);
  const db = ownConnection(file);
  expect(db.prepare('SELECT count(*) AS rows FROM users').get()).toEqual({ rows: 3 });
  expect(readdirSync(dirname(file)).filter((name) => name.includes('.new'))).toEqual([]);
});

test('processes that migrate one file at once migrate it once', async () => {
  const file = freshPath();
  const bare = new DatabaseSync(file);
  bare.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}`);
  bare.close();
  expect(await openAtOnce(file, 3)).toEqual(['1', '1', '1']);
  const db = ownConnection(file);
  expect(pragma(db, 'user_version')).toBe(migrations.length);
  expect(db.prepare('SELECT count(*) AS rows FROM users').get()).toEqual({ rows: 3 });
});

test('a database of another program is refused and left as it is', () => {
  const file = freshPath();
  const foreign = new DatabaseSync(file);
  foreign.exec('CREATE TABLE notes (text TEXT)');
  foreign.close();
  expectRefusal(file, 'is a SQLite database of another program');
});

test('a database of another program with commits in its log is refused too', () => {
  const file = freshPath();
  const foreign = new DatabaseSync(`${file}.origin`);
  foreign.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)');
  copyFileSync(`${file}.origin`, file);
  copyFileSync(`${file}.origin-wal`, `${file}-wal`);
  foreign.close();
  expectRefusal(file, 'is a SQLite database of another program');
});

test('a schema one newer than the latest is refused, the latest is not', () => {
  const file = freshPath();
  openDatabase(file).close();
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA user_version = ${migrations.length + 1}`);
  db.close();
  expectRefusal(file, `was written by a newer Gatehouse (schema ${migrations.length + 1};`);
  const mended = new DatabaseSync(file);
  mended.exec(`PRAGMA user_version = ${migrations.length}`);
  mended.close();
  expect(pragma(ownConnection(file), 'user_version')).toBe(migrations.length);
});

test('an empty file is refused', () => {
  const file = freshPath();
  writeFileSync(file, '');
  expectRefusal(file, 'is empty: no database that Gatehouse wrote looks like this');
});

test.each([1, 99, 511, 512, 12_000])('a text of %i bytes is refused', (bytes) => {
  const file = freshPath();
  writeFileSync(file, 'x'.repeat(bytes));
  expectRefusal(file, 'The file is damaged or not a SQLite database. Restore it from a backup.');
});

test('a file that lost its end is refused', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.close();
  truncateSync(store.file, 4_096);
  expectRefusal(store.file, 'The file is damaged or not a SQLite database. Restore it from a backup.');
});

test('a file that lost a table is refused', () => {
  const file = freshPath();
  openDatabase(file).close();
  const db = new DatabaseSync(file);
  db.exec('DROP TABLE throttle');
  db.close();
  expectRefusal(file, 'The file lost a part of Gatehouse. Restore it from a backup.');
});

test('a folder is refused', () => {
  const file = freshPath();
  mkdirSync(file);
  expectRefusal(file, 'is not a file. Point DATABASE_URL at a file.');
});

test('a path through a file is refused', () => {
  const file = freshPath();
  writeFileSync(file, 'not a folder');
  expect(() => openDatabase(join(file, 'gatehouse.db'))).toThrow(
    /Part of the path is a file where a folder is needed/,
  );
  expect(readFileSync(file, 'utf8')).toBe('not a folder');
});

test('a missing file whose log is still there is not replaced', () => {
  const file = freshPath();
  writeFileSync(`${file}-wal`, 'commits of days');
  expectRefusal(file, 'is missing, but gatehouse.db-wal beside it holds commits that belong to it');
  expect(existsSync(file)).toBe(false);
});

test('commits that wait in the log of a crashed process are found', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  const copy = `${store.file}.copy`;
  copyFileSync(store.file, copy);
  copyFileSync(`${store.file}-wal`, `${copy}-wal`);
  const found = await openStore(copy).accounts.findUser('joe');
  expect(found?.identifier).toBe('joe');
});

test.each(['3.51.2', '3.50.99', '2.99.99', '0'])('SQLite %s is too old', (version) => {
  expect(() => assertSqliteVersion(version)).toThrow(StoreUnusable);
  expect(() => assertSqliteVersion(version)).toThrow(`SQLite ${version}; Gatehouse needs 3.51.3 or newer`);
});

test.each(['3.51.3', '3.51.10', '3.60.0', '4.0.0'])('SQLite %s will do', (version) => {
  expect(assertSqliteVersion(version)).toBeUndefined();
});
