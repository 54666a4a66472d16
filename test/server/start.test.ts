/** What happens when the program starts: what it says, what it refuses, and what it leaves on the disk. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { greeting } from '../../src/server/greeting.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { startPostgres } from '../support/postgres.ts';
import { failToStart, startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

const hasCurl = spawnSync('curl', ['--version']).status === 0;

test.skipIf(!hasCurl)('the line it prints registers a first user', async () => {
  const server = await startProcess();
  expect(server.stderr).toContain(`Gatehouse listens on ${server.url}\n`);
  const [command] = /^ {2}curl .*\\\n.*$/m.exec(server.stderr) ?? [];
  const answer = execFileSync('sh', ['-c', String(command)], { encoding: 'utf8', stdio: 'pipe' });
  expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
  expect(answer).toMatch(/^set-cookie: session_id=/im);
  expect((await server.post('/auth/login', person)).status).toBe(200);
});

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

test('the line names an address that can be called where the server listens on all of them', () => {
  const settings = readSettings({});
  expect(greeting('http://0.0.0.0:3000', settings, false)).toContain(
    "curl -i 'http://127.0.0.1:3000/auth/register'",
  );
  expect(greeting('http://[::]:3000', settings, false)).toContain(
    "curl -i 'http://[::1]:3000/auth/register'",
  );
});

/** What the program says to people at its start, without the warnings. */
const said = ({ stderr }: { readonly stderr: string }) => stderr.replace(/^Warning: .*\n/gm, '');

test.each(['1', '2'])(
  'workers: %s. Where there are users, none is called the first',
  async (GATEHOUSE_WORKERS) => {
    const file = join(temporaryFolder(), 'gatehouse.db');
    const fresh = await startProcess({ GATEHOUSE_WORKERS }, { file });
    await until(() => /\nRegister a first user:\n/.exec(fresh.stderr) ?? undefined, 'the greeting');
    await fresh.post('/auth/register', person);
    await fresh.stop();
    const again = await startProcess({ GATEHOUSE_WORKERS }, { file });
    await until(() => /GATEHOUSE_DEBUG/.exec(said(again)) ?? undefined, 'the greeting');
    expect(again.stderr).not.toContain('first user');
    expect(again.stderr).not.toContain('/auth/register');
    expect(again.stderr).toContain(`curl -i '${again.url}/readyz'`);
  },
);

test('on PostgreSQL the users decide it as well', async () => {
  const server = await startPostgres();
  const settings = { DATABASE_URL: await server.createDatabase() };
  const fresh = await startProcess(settings);
  await until(() => /\nRegister a first user:\n/.exec(fresh.stderr) ?? undefined, 'the greeting');
  await fresh.post('/auth/register', person);
  await fresh.stop();
  const again = await startProcess(settings);
  await until(() => /\/readyz/.exec(again.stderr) ?? undefined, 'the greeting');
  expect(again.stderr).not.toContain('first user');
});

test('what it says of cookies is true in every browser, and left out where they need no HTTPS', async () => {
  const usual = greeting('http://127.0.0.1:3000', readSettings({}), false);
  expect(usual).not.toContain('browsers keep');
  expect(usual).toMatch(/Chrome and Firefox .*\blocalhost\b.*Safari does not/s);
  expect(greeting('http://127.0.0.1:3000', readSettings({ GATEHOUSE_DEBUG: 'true' }), false)).not.toContain(
    'cookie',
  );
});

test.skipIf(!hasCurl)('without rest the line registers a first user through dotjson', async () => {
  const server = await startProcess({ GATEHOUSE_CONTRACTS: 'envelope,dotjson' });
  expect(server.stderr).not.toContain('/auth/register');
  const [command] = /^ {2}curl .*\\\n.*$/m.exec(server.stderr) ?? [];
  const answer = execFileSync('sh', ['-c', String(command)], { encoding: 'utf8', stdio: 'pipe' });
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  const joe = { username: 'joe', password: person.password };
  expect((await server.post('/login.json', joe)).status).toBe(200);
});

test('the line has the base path', () => {
  const said = greeting('http://127.0.0.1:3000', readSettings({ GATEHOUSE_BASE_PATH: '/id' }), false);
  expect(said).toContain("curl -i 'http://127.0.0.1:3000/id/auth/register'");
});

test.each([
  { GATEHOUSE_CONTRACTS: 'envelope' },
  { GATEHOUSE_REGISTRATION: 'closed' },
  { GATEHOUSE_REGISTRATION: 'invite' },
])('if registration is limited, the line is a command: %j', (environment) => {
  const said = greeting('http://127.0.0.1:3000', readSettings(environment), false);
  expect(said).toContain('\n  gatehouse user add user@example.com\n');
  expect(said).not.toContain('curl');
});

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
