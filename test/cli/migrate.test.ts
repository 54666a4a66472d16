/** `gatehouse migrate`: between any engines, everything arrives, all users stay signed in, and one database serves. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSession } from '../storage/conformance/case.ts';
import { command, commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { fillImports } from '../support/imported-rows.ts';
import { isFull } from '../support/length.ts';
import { everythingAt, fileOf, fill, inStore, move, moved, type Place, places } from '../support/moving.ts';
import { root, startProcess, type TestProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'strongpassword';

const statusOf = async (server: TestProcess, id: string) =>
  (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;

const ways: readonly (readonly [from: Place, to: Place])[] = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['sqlite', 'sqlite'],
  ['postgres', 'postgres'],
];

// Each engine is the old place once and the new one once; the full form has them all.
describe.each(isFull ? ways : ways.slice(0, 2))('from %s to %s', (one, other) => {
  test('N9: everything arrives as it was, the chain of the audit with it', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    await fill(from);
    await fillImports(from);
    const before = await everythingAt(from);
    for (const [table, rows] of Object.entries(before)) expect(rows.length, table).toBeGreaterThan(0);

    const answer = await moved(from, to);
    expect(answer).toEqual({
      from: expect.not.stringContaining(':postgres:'),
      to: expect.any(String),
      rows: Object.fromEntries(Object.entries(before).map(([table, rows]) => [table, rows.length])),
      left_behind: 0,
      begun: 'afresh',
      audit_intact: true,
      source_closed: true,
    });
    expect(await everythingAt(to)).toEqual(before);
    expect(await everythingAt(from)).toEqual(before);
    const run = commandsOver('unused.db', { DATABASE_URL: to });
    expect((await run('audit verify --json')).json).toMatchObject([{ intact: true }]);
    // With three that were imported, of whom one waits for a name.
    expect((await run('user list --json')).json).toHaveLength(6);
    expect((await run('session list ada --json')).json).toHaveLength(3);
  });

  test('and back again', async () => {
    const [from, to, again] = [await places[one](), await places[other](), await places[one]()];
    await fill(from);
    const before = await everythingAt(from);
    await moved(from, to);
    await moved(to, again);
    expect(await everythingAt(again)).toEqual(before);
    // Every key that a client presents is found: names, sessions, ended ones and tokens.
    await inStore(again, async (store) => {
      expect((await store.accounts.findCredential('ada'))?.userId).toBe('id-ada');
      const seen = Object.values(before['sessions'] ?? []).map((row) => JSON.parse(row)['id_hash']);
      for (const hash of seen) expect(await findSession(store.sessions, hash)).toBeDefined();
      for (const row of before['ended'] ?? [])
        expect(await store.sessions.findEnded(JSON.parse(row)['id_hash'])).toBeDefined();
      for (const row of before['tokens'] ?? [])
        expect(await store.tokens.take(JSON.parse(row)['token_hash'], 'reset_password')).toBeDefined();
    });
  });

  test('N9: a person stays signed in, and a full throttle stays full', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    const environment = { GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' };
    const first = await startProcess({ ...environment, DATABASE_URL: from });
    const person = { email: 'ada@example.com', password };
    const { json } = await first.post('/auth/register', person);
    const stranger = { email: 'bob@example.com', password: 'wrong password' };
    for (let n = 0; n < 3; n += 1) await first.post('/auth/login', stranger);
    await first.stop();

    await moved(from, to);
    const second = await startProcess({ ...environment, DATABASE_URL: to });
    const id = String(json['session_id']);
    expect(await statusOf(second, id)).toBe(200);
    expect((await second.post('/auth/login', stranger)).status).toBe(429);
    expect((await second.post('/auth/login', person)).status).toBe(200);
    expect((await second.post('/auth/register', { email: 'new@example.com', password })).status).toBe(201);
    await second.post('/auth/logout', {}, { 'x-session-id': id });
    expect(await statusOf(second, id)).toBe(401);
  });

  test('a mail that waited is sent once', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    const now = Date.now();
    await inStore(from, async ({ accounts, mails }) => {
      await accounts.create({
        userId: 'ada',
        identifier: 'ada@example.com',
        canonical: 'ada@example.com',
        passwordHash: 'x',
        createdAt: now,
        email: 'ada@example.com',
      });
      await accounts.verifyEmail('ada', 'ada@example.com', now);
      await mails.enqueue(
        {
          kind: 'password_changed',
          userId: 'ada',
          recipient: 'ada@example.com',
          details: {},
          createdAt: now,
        },
        { windows: [{ max: 9, windowMs: 1 }] },
      );
    });
    await moved(from, to);
    const outbox = temporaryFolder();
    const environment = { DATABASE_URL: to, GATEHOUSE_MAIL_OUTBOX: outbox };
    for (let starts = 0; starts < 2; starts += 1) {
      const server = await startProcess(environment);
      await expect.poll(() => readdirSync(outbox).length, { timeout: 5_000 }).toBe(1);
      await server.stop();
    }
    expect(readdirSync(outbox)).toHaveLength(1);
    // The next one gets a number of its own.
    await inStore(to, async ({ mails }) => {
      const mail = {
        kind: 'new_device',
        userId: 'ada',
        recipient: 'b@c.d',
        details: {},
        createdAt: now,
      } as const;
      expect(await mails.enqueue(mail, { windows: [{ max: 9, windowMs: 1 }] })).toBe('queued');
    });
  });

  test('afterwards servers start only on the new database', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    await fill(from);
    await moved(from, to);
    const refused = await command(['user', 'list'], { file: '', environment: { DATABASE_URL: from } });
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toMatch(/^The database was moved to \S+ at \S+Z, .* Point DATABASE_URL there/);
    for (const elsewhere of [to, await places[other]()]) {
      const again = await move(from, elsewhere);
      expect([again.code, again.stderr]).toEqual([
        4,
        expect.stringMatching(/^The database at --from was moved to \S+ at \S+ already/),
      ]);
    }
    await commandsOver('', { DATABASE_URL: to })('user list');
  });

  test('a rehearsal leaves the old database unchanged', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    await fill(from);
    expect(await moved(from, to, '--keep-source')).toMatchObject({ source_closed: false });
    for (const address of [from, to]) {
      expect((await commandsOver('', { DATABASE_URL: address })('user list --json')).json).toHaveLength(3);
    }
  });

  test('rows of missing users are left behind, and counted', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    await fill(from);
    await query({ database: from }, "DELETE FROM users WHERE id = 'id-cyd'");
    const said = await move(from, to);
    expect([said.code, said.stderr]).toEqual([
      0,
      expect.stringContaining('Left behind: 18 sessions, links, devices and factors'),
    ]);
    expect((await everythingAt(to))['auth']).toHaveLength(4);
  });
});

test('a file appears complete, for its owner alone, and nothing beside it', async () => {
  const from = await places.postgres();
  await fill(from);
  const to = `file:${join(temporaryFolder(), 'new', 'folder', 'gatehouse.db')}`;
  await moved(from, to);
  expect(readdirSync(dirname(fileOf(to)))).toEqual(['gatehouse.db']);
  expect(statSync(fileOf(to)).mode & 0o777).toBe(0o600);
  expect(await query({ database: to }, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await query({ database: to }, 'PRAGMA foreign_key_check')).toEqual([]);
});

test('a broken audit is copied as it is, and reported as broken', async () => {
  const [from, to] = [await places.sqlite(), await places.postgres()];
  await fill(from);
  await query({ database: from }, "UPDATE audit SET outcome = 'changed' WHERE seq = 7");
  const said = await move(from, to);
  expect([said.code, said.stderr]).toEqual([
    0,
    expect.stringContaining('The audit was broken in the old place'),
  ]);
  const verified = await command(['audit', 'verify'], { file: '', environment: { DATABASE_URL: to } });
  expect(verified.code).toBe(1);
});

test('a file that was moved can be restored, and its sessions end', async () => {
  const [from, to] = [await places.sqlite(), await places.postgres()];
  await fill(from);
  await moved(from, to);
  const file = join(temporaryFolder(), 'gatehouse.db');
  const run = commandsOver(file);
  expect((await run(`restore ${fileOf(from)} --json`)).json).toMatchObject([{ sessions_kept: false }]);
  expect((await run('session list --json')).json).toEqual([]);
  expect((await run('user list --json')).json).toHaveLength(3);
  expect(existsSync(fileOf(from))).toBe(true);
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasScript)('a progress bar at a terminal, on standard error only', async () => {
  const from = await places.sqlite();
  await fill(from);
  const shown = async (output: string) => {
    const words = `migrate --from ${from} --to ${await places.sqlite()} --keep-source ${output}`;
    const line = `'${process.execPath}' '${join(root, 'bin/gatehouse.js')}' ${words}`;
    return spawnSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8' }).stdout;
  };
  expect(await shown('')).toMatch(/Moving .*100 %/);
  expect(await shown('2>/dev/null')).not.toContain('%');
});
