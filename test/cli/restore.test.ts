/** `gatehouse restore`: all or nothing, only while no program has the database open, and nothing that ended is alive again. */

import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { applicationId, migrations } from '../../src/storage/sqlite/schema.ts';
import { command, commandsOver } from '../support/command.ts';
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

/** What a file answers to a question, opened as it is. */
function query(file: string, sql: string): unknown {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.values(db.prepare(sql).get() ?? {})[0];
  } finally {
    db.close();
  }
}

test('a restore ends all sessions, and no ended session is alive again', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const first = await startProcess({}, { file });
  const run = commandsOver(file);
  const kept = await register(first, 'ada@example.com');
  const ended = await register(first, 'bob@example.com');
  await run('user set-password-link ada@example.com');
  await run(`backup ${backup}`);
  await run('session end --user bob@example.com');
  const later = await register(first, 'cyd@example.com');
  await first.stop();

  const [restored] = (await run(`restore ${backup} --json`)).json;
  const keptAs = String(restored?.['replaced']);
  expect(restored).toEqual({
    file: backup,
    sessions_ended: 2,
    sessions_kept: false,
    mails_dropped: 0,
    replaced: keptAs,
  });
  const names = readdirSync(dirname(file)).sort();
  expect(names).toEqual([basename(file), basename(keptAs)].sort());
  expect(basename(keptAs)).toMatch(/^gatehouse\.db\.before-restore-\d{8}T\d{6}Z$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(query(file, 'SELECT count(*) FROM tokens')).toBe(0);
  expect(query(keptAs, 'SELECT count(*) FROM users')).toBe(3);

  const second = await startProcess({}, { file });
  for (const id of [kept, ended, later]) expect(await statusOf(second, id)).toBe(401);
  const login = (email: string) => second.post('/auth/login', { email, password });
  expect((await login('bob@example.com')).status).toBe(200);
  expect((await login('cyd@example.com')).status).toBe(401);
  expect((await run('audit verify --json')).json).toMatchObject([{ intact: true }]);
  const events = (await run('audit tail --json')).json.map(({ event, contract }) => `${event} ${contract}`);
  expect(events).toContain('backup cli');
  expect(events).toContain('restore cli');
});

test('a restore ends all invitations: none that was used or revoked is valid again', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const environment = { GATEHOUSE_REGISTRATION: 'invite' };
  const first = await startProcess(environment, { file });
  const run = commandsOver(file, environment);
  const names = ['used@example.com', 'revoked@example.com', 'pending@example.com'];
  const tokens: unknown[] = [];
  for (const name of names) tokens.push((await run(`user invite ${name} --json`)).json[0]?.['token']);
  await run(`backup ${backup}`);
  const registerAt = (server: TestProcess, n: number) =>
    server.post('/auth/register', { email: names[n], password, invite: tokens[n] });
  expect((await registerAt(first, 0)).status).toBe(201);
  await run('user revoke-invitation revoked@example.com');
  await first.stop();
  await run(`restore ${backup}`);
  const second = await startProcess(environment, { file });
  for (const n of names.keys()) expect((await registerAt(second, n)).status).toBe(403);
  expect((await run('user invitations')).stdout).toBe('None.\n');
});

test('restore --keep-sessions keeps the sessions of the backup', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const first = await startProcess({}, { file });
  const run = commandsOver(file);
  const id = await register(first, 'ada@example.com');
  await run(`backup ${backup}`);
  await first.stop();
  expect((await run(`restore ${backup} --keep-sessions --json`)).json).toMatchObject([
    { sessions_ended: 0, sessions_kept: true },
  ]);
  const second = await startProcess({}, { file });
  expect(await statusOf(second, id)).toBe(200);
  const [last] = (await run('audit tail --json --lines 1')).json;
  expect(last).toMatchObject({ event: 'restore', outcome: 'sessions_kept', contract: 'cli' });
});

test('a restore needs no database to be there', async () => {
  const source = freshFile();
  const backup = freshFile('backup.db');
  await commandsOver(source)('user add ada');
  await commandsOver(source)(`backup ${backup}`);
  const file = join(temporaryFolder(), 'new', 'folder', 'gatehouse.db');
  const run = commandsOver(file);
  expect((await run(`restore ${backup} --json`)).json).toMatchObject([{ replaced: null }]);
  expect((await run('user list --json')).json).toMatchObject([{ identifier: 'ada' }]);
  expect(readdirSync(dirname(file))).toEqual(['gatehouse.db']);
});

test('a restore replaces a file that is not a database any more', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const run = commandsOver(file);
  await run('user add ada');
  await run(`backup ${backup}`);
  writeFileSync(file, 'no database at all, for whatever reason. '.repeat(500));
  expect((await command(['user', 'list'], { file })).code).toBe(5);
  const [{ replaced } = {}] = (await run(`restore ${backup} --json`)).json;
  expect((await run('user list --json')).json).toMatchObject([{ identifier: 'ada' }]);
  expect(readFileSync(String(replaced), 'utf8')).toContain('no database');
});

test('a restore does not use the log of a damaged database', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const run = commandsOver(file);
  await run('user add ada');
  await run(`backup ${backup}`);
  // Commits of a process that was killed, and a file that lost its pages after it.
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; UPDATE auth SET identifier = 'eve'");
  const log = readFileSync(`${file}-wal`);
  db.close();
  writeFileSync(file, Buffer.alloc(statSync(file).size, 7));
  writeFileSync(`${file}-wal`, log);
  expect(log.byteLength).toBeGreaterThan(4_096);
  await run(`restore ${backup}`);
  expect((await run('user list --json')).json).toMatchObject([{ identifier: 'ada' }]);
  expect(existsSync(`${file}-wal`)).toBe(false);
  expect(query(file, 'PRAGMA integrity_check')).toBe('ok');
});

test('a backup of an older version is brought up to date', async () => {
  const file = freshFile();
  const old = freshFile('old.db');
  const db = new DatabaseSync(old);
  // Before the first version there is no table.
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 0`);
  db.close();
  const run = commandsOver(file);
  await run(`restore ${old}`);
  expect((await run('user list --json')).json).toEqual([]);
  expect(query(file, 'PRAGMA user_version')).toBe(migrations.length);
  // The backup itself stays what it is.
  expect(query(old, 'PRAGMA user_version')).toBe(0);
});

test('mails that waited in a backup are not sent again', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const run = commandsOver(file);
  await run('user add ada@example.com');
  const db = new DatabaseSync(file);
  db.exec(`INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
           VALUES ('password_changed', '1', 'a@b.c', 'a@b.c', '{}', ${Date.now()}, ${Date.now()})`);
  db.close();
  await run(`backup ${backup}`);
  expect((await run(`restore ${backup} --json`)).json).toMatchObject([{ mails_dropped: 1 }]);
  expect(query(file, 'SELECT count(*) FROM mails WHERE due_at IS NOT NULL')).toBe(0);
});

test.skipIf(process.getuid?.() === 0)('a backup needs no right to write to the backup', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const run = commandsOver(file);
  await run('user add ada');
  await run(`backup ${backup}`);
  chmodSync(backup, 0o400);
  await run(`restore ${backup}`);
  expect(existsSync(file)).toBe(true);
});

test('two restores in one second keep both databases', async () => {
  const file = freshFile();
  const backup = freshFile('backup.db');
  const run = commandsOver(file);
  await run('user add ada');
  await run(`backup ${backup}`);
  copyFileSync(backup, `${backup}.2`);
  const replaced = [];
  for (const source of [backup, `${backup}.2`, backup]) {
    replaced.push((await run(`restore ${source} --json`)).json[0]?.['replaced']);
  }
  expect(new Set(replaced).size).toBe(3);
  for (const name of replaced) expect(existsSync(String(name))).toBe(true);
});
