/** Files that are not Gatehouse's to open: refused with a sentence, and left exactly as they were. */

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { failToStart, startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** Names of everything in a folder, with what stands for their bytes. */
function contents(folder: string): Record<string, string> {
  const read = (path: string) =>
    statSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'a folder';
  return Object.fromEntries(readdirSync(folder).map((name) => [name, read(join(folder, name))]));
}

/** Starts on a file that `prepare` made and expects to be refused; returns what was said. */
async function refusal(prepare: (file: string) => void | Promise<void>): Promise<string> {
  const folder = temporaryFolder();
  const file = join(folder, 'gatehouse.db');
  await prepare(file);
  const before = contents(folder);
  const { code, stdout, stderr } = await failToStart({}, { file });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Gatehouse cannot start\.\n.*gatehouse\.db.*\n$/);
  expect(contents(folder)).toEqual(before);
  return stderr;
}

/** A file as Gatehouse leaves it, with an account in it. */
async function ownFile(file: string): Promise<void> {
  const server = await startProcess({}, { file });
  await server.post('/register.json', { username: 'somebody', password: 'strongpassword' });
  await server.stop();
}

test('a database of another program', async () => {
  const said = await refusal((file) => {
    const db = new DatabaseSync(file);
    db.exec('CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES (1)');
    db.close();
  });
  expect(said).toContain('is a SQLite database of another program');
});

test('a database of another program that crashed before its log was folded in', async () => {
  const said = await refusal((file) => {
    const db = new DatabaseSync(`${file}.origin`);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES (1)');
    copyFileSync(`${file}.origin`, file);
    copyFileSync(`${file}.origin-wal`, `${file}-wal`);
    db.close();
  });
  expect(said).toContain('is a SQLite database of another program');
});

test('a file that a newer Gatehouse wrote', async () => {
  const said = await refusal(async (file) => {
    await ownFile(file);
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 1000');
    db.close();
  });
  expect(said).toContain('was written by a newer Gatehouse (schema 1000;');
});

test('a text file', async () => {
  const said = await refusal((file) => writeFileSync(file, 'Dear diary, '.repeat(1_000)));
  expect(said).toContain('The file is damaged or not a SQLite database. Restore it from a backup.');
});

test('a file of Gatehouse that lost its end', async () => {
  const said = await refusal(async (file) => {
    await ownFile(file);
    truncateSync(file, statSync(file).size / 2);
  });
  expect(said).toContain('The file is damaged or not a SQLite database. Restore it from a backup.');
});

test('a file of Gatehouse whose tables were overwritten', async () => {
  const said = await refusal(async (file) => {
    await ownFile(file);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xa5, 100, 4_096));
  });
  expect(said).toContain('The file is damaged or not a SQLite database. Restore it from a backup.');
});

test('an empty file', async () => {
  const said = await refusal((file) => writeFileSync(file, ''));
  expect(said).toContain('is empty: no database that Gatehouse wrote looks like this.');
});

test('a missing file whose log is still there', async () => {
  const said = await refusal((file) => writeFileSync(`${file}-wal`, 'commits of days'));
  expect(said).toContain('is missing, but gatehouse.db-wal beside it holds commits that belong to it.');
});

test('a folder', async () => {
  const said = await refusal((file) => mkdirSync(file));
  expect(said).toContain('is not a file. Point DATABASE_URL at a file.');
});

test('a path through a file', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data'), 'not a folder');
  const ended = await failToStart({}, { file: join(folder, 'data', 'gatehouse.db') });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('Part of the path is a file where a folder is needed (ENOTDIR).');
  expect(readFileSync(join(folder, 'data'), 'utf8')).toBe('not a folder');
});
