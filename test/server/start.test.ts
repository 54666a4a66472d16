/** What happens when the program starts: what it says, what it refuses, and what it leaves on the disk. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { greeting } from '../../src/server/greeting.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { failToStart, startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

test('a start loads neither `fetch` nor the words of a locale, which would cost it more than all its own modules', async () => {
  const [spy, list] = ['spy.cjs', 'loaded.json'].map((name) => join(temporaryFolder(), name)) as [
    string,
    string,
  ];
  writeFileSync(
    spy,
    `let formats = 0;
    Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, { construct: (...of) => (formats++, Reflect.construct(...of)) });
    process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
      JSON.stringify({ formats, modules: process.moduleLoadList })));`,
  );
  const server = await startProcess({ NODE_OPTIONS: `--require=${spy}`, TZ: '' });
  await server.stop();
  const { formats, modules } = JSON.parse(readFileSync(list, 'utf8')) as {
    readonly formats: number;
    readonly modules: readonly string[];
  };
  expect(formats).toBe(0);
  expect(modules).toContainEqual(expect.stringContaining('_http_server'));
  expect(modules.filter((name) => name.includes('undici'))).toEqual([]);
});

/** What a person reads at a terminal without colours. */
function greets(
  environment: Readonly<Record<string, string>> = {},
  more: Partial<Parameters<typeof greeting>[1]> = {},
) {
  const started = {
    url: 'http://127.0.0.1:3000',
    warnings: [],
    hasUsers: false,
    metricsOrigin: undefined,
    startMs: 12,
  };
  return greeting(readSettings(environment), { ...started, ...more }, (_style, text) => text);
}

test('the greeting names an address that can be called where the server listens on all of them', () => {
  expect(greets({}, { url: 'http://0.0.0.0:3000' })).toContain(' http://127.0.0.1:3000/auth/register\n');
  expect(greets({}, { url: 'http://[::]:3000' })).toContain(' http://[::1]:3000/auth/register\n');
});

test('the greeting has the base path, and the addresses of what is served', () => {
  const said = greets({ GATEHOUSE_BASE_PATH: '/id' }, { metricsOrigin: 'http://127.0.0.1:9000' });
  expect(said).toContain('Local      http://127.0.0.1:3000/id/\n');
  expect(said).toContain(' http://127.0.0.1:3000/id/auth/register\n');
  expect(said).toContain('Metrics    http://127.0.0.1:9000/metrics\n');
  expect(said).not.toContain('Reference');
});

test.each([
  ['file:./data/own.db', `./data/own.db`],
  ['file:/srv/own.db', '/srv/own.db'],
  ['postgres://gate:secret@db.example.com:5432/gate', 'PostgreSQL, database gate on db.example.com'],
])('the greeting says where the data of %s is, without a password', (DATABASE_URL, place) => {
  const said = greets({ DATABASE_URL });
  expect(said).toContain(`Data       ${place}\n`);
  expect(said).not.toContain('secret');
});

test.each([
  [{}, false, 'First user curl --json'],
  [{ GATEHOUSE_CONTRACTS: 'envelope,dotjson' }, false, 'First user curl --json \'{"username":"joe"'],
  [{ GATEHOUSE_CONTRACTS: 'envelope' }, false, 'First user gatehouse user add user@example.com\n'],
  [{ GATEHOUSE_REGISTRATION: 'closed' }, false, 'First user gatehouse user add user@example.com\n'],
  [{ GATEHOUSE_REGISTRATION: 'invite' }, false, 'First user gatehouse user add user@example.com\n'],
  [{ GATEHOUSE_PAGES: 'on' }, false, 'First user http://127.0.0.1:3000/register\n'],
  [{ GATEHOUSE_PAGES: 'on', GATEHOUSE_CONTRACTS: 'envelope' }, false, ' http://127.0.0.1:3000/register\n'],
  [{ GATEHOUSE_PAGES: 'on', GATEHOUSE_BASE_PATH: '/id' }, false, ' http://127.0.0.1:3000/id/register\n'],
  [
    { GATEHOUSE_PAGES: 'on', GATEHOUSE_REGISTRATION: 'closed' },
    false,
    ' gatehouse user add user@example.com\n',
  ],
  [
    { GATEHOUSE_PAGES: 'on', GATEHOUSE_REGISTRATION: 'invite' },
    false,
    ' gatehouse user add user@example.com\n',
  ],
  [{ GATEHOUSE_PAGES: 'off' }, false, 'First user curl --json'],
  [{ GATEHOUSE_PAGES: 'on' }, true, 'Ready?     curl -i http://127.0.0.1:3000/readyz\n'],
  [{}, true, 'Ready?     curl -i http://127.0.0.1:3000/readyz\n'],
  [{}, undefined, 'Ready?     curl -i http://127.0.0.1:3000/readyz\n'],
])('with %j, and users: %s, the hint is: %s', (environment, hasUsers, hint) => {
  const said = greets(environment as Record<string, string>, { hasUsers });
  expect(said).toContain(hint);
  expect(said.match(/curl|user add|First user http/g)).toHaveLength(1);
});

test('the greeting has no control character of a path or a warning', () => {
  const said = greets({ DATABASE_URL: 'file:/srv/\u009b2J.db' }, { warnings: ['a\u001b[2J'] });
  expect(said).toContain('Data       /srv/\\u009b2J.db\n');
  expect(said).toContain('Warning: a\\u001b[2J\n');
});

test.each(['1', '2'])(
  'workers: %s. Beside a log in a pipe, people read one line',
  async (GATEHOUSE_WORKERS) => {
    const server = await startProcess({ GATEHOUSE_WORKERS, GATEHOUSE_PBKDF2_ITERATIONS: '210000' });
    await until(() => (server.stderr.includes('\n') ? true : undefined), 'the line');
    expect(server.stderr).toBe(`Gatehouse listens on ${server.url}\n`);
  },
);

test('the address is in the log, as JSON', async () => {
  const server = await startProcess();
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(server.log).toMatchObject([{ level: 40 }, { level: 30, msg: 'listening', url: server.url }]);
});

test('every problem with the settings is listed at once, and secrets are not', async () => {
  const ended = await failToStart({
    PORT: '65536',
    DATABASE_URL: 'mysql://gate:correct-horse@db.example/gate',
    GATEHOUSE_DEBUG: 'yes',
    GATEHOUSE_THROTTLE_ACCOUNT: '0/15m',
    GATEHOUSE_TIME_ZONE: 'Europe/Atlantis',
    GATEHOUSE_SESION_IDLE_SECONDS: '5',
  });
  expect(ended.code).toBe(1);
  for (const name of [
    'PORT is "65536"',
    'DATABASE_URL has an unusable value',
    'GATEHOUSE_DEBUG is "yes"',
    'GATEHOUSE_THROTTLE_ACCOUNT is "0/15m"',
    'GATEHOUSE_TIME_ZONE is "Europe/Atlantis"',
    'GATEHOUSE_SESION_IDLE_SECONDS is not a setting',
  ]) {
    expect(ended.stderr).toContain(name);
  }
  expect(ended.stderr.trim().split('\n')).toHaveLength(7);
  expect(ended.stdout + ended.stderr).not.toContain('correct-horse');
});

test('a port that is taken stops the start with a sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const ended = await failToStart({ PORT: String(port) });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(
    `127.0.0.1:${port}. Another program listens there: stop it or choose another PORT.`,
  );
  expect(ended.stderr).not.toMatch(/\n {4}at /);
});

test('an address of another machine stops the start with a sentence', async () => {
  // 192.0.2.0/24 is for documentation and belongs to no network (RFC 5737).
  const ended = await failToStart({ HOST: '192.0.2.1' });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('HOST must be an address of this machine.');
  expect(ended.stderr).not.toMatch(/\n {4}at /);
});

test('settings that are unsafe in production are warned about, to people and in the log', async () => {
  const unsafe = await startProcess({
    GATEHOUSE_DEBUG: 'true',
    GATEHOUSE_THROTTLE: 'off',
    GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0',
  });
  const warned = unsafe.log.filter(({ level }) => level === 40).map(({ msg }) => msg);
  expect(warned.map((text) => text.split(' ')[0])).toEqual([
    'GATEHOUSE_DEBUG',
    'GATEHOUSE_THROTTLE',
    'GATEHOUSE_PBKDF2_ITERATIONS',
    'GATEHOUSE_TRUSTED_PROXIES',
  ]);
  for (const text of warned) expect(unsafe.stderr).toContain(`Warning: ${text}\n`);
});

test('without such a setting there is no warning', async () => {
  const safe = await startProcess({ GATEHOUSE_PBKDF2_ITERATIONS: '210000' });
  expect(safe.log.map(({ msg }) => msg)).toEqual(['listening']);
  expect(safe.stderr).not.toContain('Warning');
});

test.skipIf(process.platform === 'win32')(
  'folders and files it makes are for its own user only, whatever the umask',
  async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = temporaryFolder();
    const server = await startProcess({}, { file: join(folder, 'outer', 'inner', 'gatehouse.db') });
    await server.post('/auth/register', person);
    const mode = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
    expect([mode('outer'), mode('outer/inner')]).toEqual(['700', '700']);
    for (const file of ['gatehouse.db', 'gatehouse.db-wal', 'gatehouse.db-shm']) {
      expect([file, mode(`outer/inner/${file}`)]).toEqual([file, '600']);
    }
  },
);

test('a second start on the same file finds accounts and sessions again', async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const first = await startProcess({}, { file });
  const { cookie } = await first.post('/auth/register', person);
  await first.stop();

  const second = await startProcess({}, { file });
  expect((await second.post('/auth/login', person)).status).toBe(200);
  const check = await second.send({ path: '/auth/session', headers: { cookie: `session_id=${cookie}` } });
  expect(check.json).toMatchObject({ user: { email: person.email } });
});

test('a relative path is looked up from where it was started', async () => {
  const cwd = temporaryFolder();
  const server = await startProcess({ DATABASE_URL: 'file:./data/own.db' }, { cwd });
  await server.stop();
  expect(statSync(join(cwd, 'data', 'own.db')).isFile()).toBe(true);
});
