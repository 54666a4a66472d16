/** `gatehouse explain`: every state a session id can be in, and ids wherever they stand. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { idIn } from '../../src/cli/commands/explain.ts';
import { command, commandsOver } from '../support/command.ts';
import { sharedProcess, startProcess, type TestProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'strongpassword';

/** One server for the tests that need no settings of their own; each has its own account, made after all that was changed. */
const shared = sharedProcess({ GATEHOUSE_THROTTLE: 'off' });

/** The name of the account of this test; a server of its own makes no difference. */
let email = '';
let people = 0;
beforeEach(() => {
  people += 1;
  email = `ada${people}@example.com`;
});

async function register(server: TestProcess): Promise<string> {
  return String((await server.post('/auth/register', { email, password })).json['session_id']);
}

async function explained(server: TestProcess, id: string): Promise<Record<string, unknown>> {
  const said = await command(['explain', '--json'], { file: server.file, input: id });
  expect(said.code, said.stderr).toBe(0);
  expect(said.stdout + said.stderr).not.toContain(id);
  return said.json[0] ?? {};
}

async function sentenceAbout(server: TestProcess, id: string): Promise<string> {
  return (await commandsOver(server.file)('explain', id)).stdout.split('\n')[0] ?? '';
}

/** Changes the database behind the server's back. */
function change(server: TestProcess, sql: string): void {
  const db = new DatabaseSync(server.file, { timeout: 2_000 });
  db.exec(sql);
  db.close();
}

test('live', async () => {
  const server = shared();
  const id = await register(server);
  expect(await explained(server, id)).toMatchObject({
    state: 'live',
    identifier: email,
    contract: 'rest',
    network: '127.0.0.1',
  });
  expect(await sentenceAbout(server, id)).toMatch(
    /^Live\. It dies at .* unless it is used, and at .* in any case\.$/,
  );
});

test('idle, before and after it was swept', async () => {
  const server = await startProcess({ GATEHOUSE_SESSION_IDLE_SECONDS: '1', GATEHOUSE_SWEEP_SECONDS: '2' });
  const id = await register(server);
  await sleep(1_100);
  const first = await explained(server, id);
  if (first['state'] !== 'ended') expect(first).toMatchObject({ state: 'idle', identifier: email });
  await sleep(2_500);
  expect(await explained(server, id)).toMatchObject({
    state: 'ended',
    by: { event: 'expiry', outcome: 'idle', contract: 'rest' },
    identifier: email,
  });
  expect(await sentenceAbout(server, id)).toMatch(
    /^Ended by itself: it was not used for too long, at .*Z\.$/,
  );
});

test('idle by settings that are shorter now', async () => {
  const server = shared();
  const id = await register(server);
  await sleep(1_100);
  const shorter = { GATEHOUSE_SESSION_IDLE_SECONDS: '1' };
  const said = await command(['explain'], { file: server.file, input: id, environment: shorter });
  expect(said.stdout).toMatch(/^Idle for too long: dead since /);
});

test('over age', async () => {
  const server = shared();
  const id = await register(server);
  change(server, 'UPDATE sessions SET created_at = 0, expires_at = 1000');
  expect(await explained(server, id)).toMatchObject({
    state: 'over_age',
    died_at: '1970-01-01T00:00:01.000Z',
  });
  expect(await sentenceAbout(server, id)).toBe('Over age: dead since 1970-01-01 00:00:01Z.');
});

test('of a disabled account, with a session that a race left alive', async () => {
  const server = shared();
  const id = await register(server);
  change(server, 'UPDATE users SET disabled_at = 1000');
  expect(await explained(server, id)).toMatchObject({
    state: 'account_disabled',
    disabled_at: '1970-01-01T00:00:01.000Z',
  });
  expect(await sentenceAbout(server, id)).toBe(
    'Refused: the account is disabled since 1970-01-01 00:00:01Z.',
  );
});

test('of an account that lost one of its two rows', async () => {
  const server = shared();
  const id = await register(server);
  change(server, 'DELETE FROM auth');
  expect(await explained(server, id)).toMatchObject({ state: 'user_record_missing', identifier: null });
});

const logOut = (server: TestProcess, id: string) =>
  server.send({ method: 'POST', path: '/auth/logout', headers: { 'x-session-id': id } });

/** Ways to end a session, with what is said of it. */
const endings: readonly [
  end: (server: TestProcess, id: string) => Promise<unknown>,
  by: object,
  sentence: string,
][] = [
  [logOut, { event: 'logout', outcome: 'ok', contract: 'rest' }, 'Ended by a logout, through rest, at '],
  [
    ({ file }) => commandsOver(file)(`session end --user ${email}`),
    { event: 'logout', outcome: 'ok', contract: 'cli' },
    'Ended by a logout, from the command line, at ',
  ],
  [
    ({ file }) => commandsOver(file)(`user disable ${email}`),
    { event: 'logout', outcome: 'account_disable', contract: 'cli' },
    'Ended because the account was disabled, from the command line, at ',
  ],
  [
    ({ file }) => commandsOver(file)(`user delete ${email} --yes`),
    { event: 'account_delete', outcome: 'ok', contract: 'cli' },
    'Ended because the account was removed, from the command line, at ',
  ],
  [
    (server, id) =>
      server.post(
        '/auth/password',
        { current_password: password, new_password: 'another strong one' },
        { 'x-session-id': id },
      ),
    { event: 'password_change', outcome: 'ok', contract: 'account' },
    'Ended by a change of the password, which gave this session another id, through account, at ',
  ],
];

test.each(endings)('ended %#', async (end, by, sentence) => {
  const server = shared();
  const id = await register(server);
  await end(server, id);
  expect(await explained(server, id)).toMatchObject({ state: 'ended', by });
  expect(await sentenceAbout(server, id)).toContain(sentence);
});

test('ended by the cap', async () => {
  const server = await startProcess({ GATEHOUSE_SESSIONS_PER_USER: '1' });
  const id = await register(server);
  await server.post('/auth/login', { email, password });
  expect(await sentenceAbout(server, id)).toMatch(
    /^Ended by the cap on sessions of one user, through rest, at /,
  );
});

test('ended by a restore', async () => {
  const server = await startProcess();
  const id = await register(server);
  const run = commandsOver(server.file);
  const backup = join(temporaryFolder(), 'backup.db');
  await run(`backup ${backup}`);
  await server.stop();
  await run(`restore ${backup}`);
  expect(await sentenceAbout(server, id)).toMatch(
    /^Ended because a backup was restored, from the command line, at /,
  );
});

test('unknown', async () => {
  const server = shared();
  const id = await register(server);
  for (const other of [
    id.toUpperCase(),
    '0b0e8b4e-6f5c-4b7c-9a3e-1f2d3c4b5a69',
    'abcdefghijklmnopqrstuvwxyz',
  ]) {
    const said = await command(['explain', '--json'], { file: server.file, input: other });
    expect([said.code, said.json]).toEqual([3, [{ state: 'unknown' }]]);
  }
  const said = await command(['explain'], { file: server.file, input: id.toUpperCase() });
  expect(said.stdout).toMatch(/^Unknown\. /);
});

test('explain does not count as a use', async () => {
  const server = await startProcess({ GATEHOUSE_SESSION_IDLE_SECONDS: '5' });
  const id = await register(server);
  const before = await explained(server, id);
  await sleep(1_000);
  expect(await explained(server, id)).toEqual(before);
});

const uuid = '0b0e8b4e-6f5c-4b7c-9a3e-1f2d3c4b5a69';
const token = 'abcdefghijklmnopqrstuvwx09';

test.each([
  ['alone', (id: string) => id],
  ['with the end of the line', (id: string) => `  ${id}\r\n`],
  ['as a cookie', (id: string) => `session_id=${id}`],
  ['as a Cookie header', (id: string) => `Cookie: theme=dark; session_id=${id}; lang=en`],
  ['as a Set-Cookie header', (id: string) => `Set-Cookie: session_id=${id}; Path=/; HttpOnly`],
  ['as Authorization', (id: string) => `Authorization: Bearer ${id}`],
  ['as X-Session-Id', (id: string) => `X-Session-Id: ${id}`],
  ['in JSON', (id: string) => `{ "session_id": "${id}" }`],
  ['in an address', (id: string) => `https://app.example.com/logout.json?s=${id}`],
  ['twice', (id: string) => `${id}\n${id}`],
])('an id is found %s', (_where, written) => {
  expect(idIn(written(uuid))).toBe(uuid);
  expect(idIn(written(token))).toBe(token);
});

test.each(['', 'nothing', uuid.slice(1), `${uuid}0`, `${token}0`, token.slice(1), `${uuid} ${token}`])(
  'no id, or more than one, is unusable: %j',
  async (input) => {
    const file = join(temporaryFolder(), 'gatehouse.db');
    const refused = await command(['explain'], { file, input });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/^Standard input holds (?:no|more than one) session id: /);
  },
);

test('an id on the command line is refused, and not repeated', async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const refused = await command(['explain', uuid], { file, input: uuid });
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('Pass the id on standard input');
  expect(refused.stderr).not.toContain(uuid);
});
