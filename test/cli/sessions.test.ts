/** `gatehouse session` beside a running server: what it ends is refused within a second. */

import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { startProcess, type TestProcess } from '../support/process.ts';

const password = 'strongpassword';

async function register(server: TestProcess, email: string): Promise<string> {
  const { json } = await server.post('/auth/register', { email, password });
  return String(json['session_id']);
}

async function logIn(server: TestProcess, email: string): Promise<string> {
  const { json } = await server.post('/auth/login', { email, password });
  return String(json['session_id']);
}

async function isAlive(server: TestProcess, id: string): Promise<boolean> {
  const { status } = await server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
  expect([200, 401]).toContain(status);
  return status === 200;
}

test('list: of one user and of all users, by handle and never by id', async () => {
  const server = await startProcess();
  const run = commandsOver(server.file);
  const ids = [
    await register(server, 'ada@example.com'),
    await register(server, 'bob@example.com'),
    await logIn(server, 'ada@example.com'),
  ];
  const all = await run('session list --json');
  expect(all.json.map(({ identifier }) => identifier)).toEqual([
    'ada@example.com',
    'ada@example.com',
    'bob@example.com',
  ]);
  const ada = await run('session list ada@example.com --json');
  expect(ada.json).toEqual(all.json.slice(0, 2));
  expect(Object.keys(ada.json[0] ?? {})).toEqual([
    'handle',
    'user_id',
    'contract',
    'created_at',
    'last_seen_at',
    'idle_expires_at',
    'expires_at',
    'network',
    'device',
    'identifier',
  ]);
  const table = await run('session list');
  expect(table.stdout).toMatch(/^HANDLE +LAST SEEN +EXPIRES +CONTRACT +NETWORK +DEVICE +USER\n/);
  for (const id of ids) expect(all.stdout + table.stdout).not.toContain(id);
  expect((await command(['session', 'list', 'nobody'], { file: server.file })).code).toBe(3);
});

test('end: a server that has cached the session refuses it within a second', async () => {
  const server = await startProcess();
  const run = commandsOver(server.file);
  const id = await register(server, 'ada@example.com');
  const other = await logIn(server, 'ada@example.com');
  // The server has just read the row, and would answer from memory.
  for (let n = 0; n < 5; n += 1) expect(await isAlive(server, id)).toBe(true);
  const asked = await server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
  const handle = (asked.json['session'] as Record<string, unknown>)['handle'];

  const ended = await run(`session end ${handle} --json`);
  const endedAt = performance.now();
  expect(ended.json).toEqual([{ ended: [handle] }]);
  while (await isAlive(server, id)) expect(performance.now() - endedAt).toBeLessThan(1_000);
  expect(await isAlive(server, other)).toBe(true);

  const again = await command(['session', 'end', String(handle)], { file: server.file });
  expect([again.code, again.stdout, again.stderr]).toEqual([3, '', 'No live session has this handle.\n']);
});

test('end --user: all of one user, and no others', async () => {
  const server = await startProcess();
  const run = commandsOver(server.file);
  const [ada, again, bob] = [
    await register(server, 'ada@example.com'),
    await logIn(server, 'ada@example.com'),
    await register(server, 'bob@example.com'),
  ];
  expect((await run('session end --user ADA@example.com')).stdout).toBe('2 sessions ended.\n');
  expect([await isAlive(server, ada), await isAlive(server, again), await isAlive(server, bob)]).toEqual([
    false,
    false,
    true,
  ]);
  expect((await run('session end --user ada@example.com --json')).json).toEqual([{ ended: [] }]);
  const entries = (await run('audit tail --json --user ada@example.com')).json.slice(-2);
  expect(entries).toMatchObject([
    { event: 'logout', outcome: 'ok', contract: 'cli', network: 'local' },
    { event: 'logout', outcome: 'ok', contract: 'cli', network: 'local' },
  ]);
});

test('end needs either a handle or a user', async () => {
  const server = await startProcess();
  for (const words of [[], ['handle', '--user', 'ada']]) {
    const refused = await command(['session', 'end', ...words], { file: server.file });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('Give the handle of a session,');
  }
});
