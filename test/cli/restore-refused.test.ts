/** What `gatehouse restore` refuses: a database in use, and every file that is no backup; then nothing has changed. */

import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { migrations } from '../../src/storage/sqlite/schema.ts';
import { command, commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { prepared } from '../support/prepared.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'strongpassword';
const freshFile = (name = 'gatehouse.db') => join(temporaryFolder(), name);

async function register(server: TestProcess, email: string): Promise<string> {
  const { json } = await server.post('/auth/register', { email, password });
  return String(json['session_id']);
}

async function statusOf(server: TestProcess, id: string): Promise<number> {
  return (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;
}

test('a restore is refused while a server runs, and changes nothing', async () => {
  const server = await startProcess();
  const backup = freshFile('backup.db');
  const run = commandsOver(server.file);
  await run(`backup ${backup}`);
  const id = await register(server, 'ada@example.com');
  const before = readdirSync(dirname(server.file)).sort();
  const refused = await command(['restore', backup], { file: server.file });
  expect([refused.code, refused.stdout]).toEqual([4, '']);
  expect(refused.stderr).toContain('The database is in use. Stop the server');
  expect(readdirSync(dirname(server.file)).sort()).toEqual(before);
  expect(await statusOf(server, id)).toBe(200);
  expect((await server.post('/auth/register', { email: 'bob@example.com', password })).status).toBe(201);
});

/** Files that are no backup, made from a good one. */
const unusable: readonly [what: string, code: number, sentence: string, make: (good: string) => string][] = [
  ['a file that is not there', 3, 'There is no such file', (good) => `${good}.missing`],
  ['a folder', 4, 'not a backup', (good) => dirname(good)],
  [
    'an empty file',
    4,
    'not a backup',
    (good) => {
      truncateSync(good);
      return good;
    },
  ],
  [
    'a text',
    4,
    'not a backup',
    (good) => {
      writeFileSync(good, 'x'.repeat(5_000));
      return good;
    },
  ],
  ['a database of another program', 4, 'not a backup', changed('PRAGMA application_id = 42')],
  [
    'a backup of a newer Gatehouse',
    4,
    'newer Gatehouse',
    changed(`PRAGMA user_version = ${migrations.length + 1}`),
  ],
  [
    'half a backup',
    4,
    'damaged',
    (good) => {
      truncateSync(good, Math.floor(statSync(good).size / 8_192) * 4_096);
      return good;
    },
  ],
  [
    'a file with a log beside it',
    4,
    '-wal',
    (good) => {
      writeFileSync(`${good}-wal`, 'x'.repeat(100));
      return good;
    },
  ],
];

function changed(sql: string) {
  return (good: string): string => {
    const db = new DatabaseSync(good);
    db.exec(sql);
    db.close();
    return good;
  };
}

/** A backup of one user, which is made once. */
let backup: Buffer | undefined;

/** A database that has had a second user since. */
const withTwo = prepared(async (run) => {
  const good = freshFile('backup.db');
  await run('user add ada');
  await run(`backup ${good}`);
  await run('user add bob');
  backup = readFileSync(good);
});

test.each(unusable)('a restore refuses %s', async (_what, code, sentence, make) => {
  const file = await withTwo();
  const good = freshFile('backup.db');
  writeFileSync(good, backup ?? '', { mode: 0o600 });
  const refused = await command(['restore', make(good)], { file });
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  expect(refused.stderr).toContain(sentence);
  expect(await query({ database: `file:${file}` }, 'SELECT canonical FROM auth')).toHaveLength(2);
  expect(readdirSync(dirname(file))).toEqual(['gatehouse.db']);
});

test('a restore refuses the database itself', async () => {
  const file = freshFile();
  await commandsOver(file)('user add ada');
  const refused = await command(['restore', file], { file });
  expect([refused.code, refused.stderr]).toEqual([
    4,
    'This file is the database itself, not a backup of it.\n',
  ]);
});

test('a restore leaves the database of another program alone', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  await commandsOver(file)('user add ada');
  await commandsOver(file)(`backup ${backup}`);
  changed('PRAGMA application_id = 42')(file);
  const before = readFileSync(file);
  const refused = await command(['restore', backup], { file });
  expect([refused.code, refused.stdout]).toEqual([5, '']);
  expect(refused.stderr).toContain('of another program');
  expect(readFileSync(file).equals(before)).toBe(true);
});
