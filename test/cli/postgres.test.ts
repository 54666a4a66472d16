/** The operator's commands on PostgreSQL: they do there what they do on a file, and say so where they cannot. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { remoteFindings } from '../../src/cli/doctor/postgres-checks.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { command, commandsOver, type Said } from '../support/command.ts';
import { fill, inStore, moved, places } from '../support/moving.ts';
import { startStandby } from '../support/postgres/standby.ts';
import { queryAt } from '../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const calm = { GATEHOUSE_PBKDF2_ITERATIONS: '220000', GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8' };

const on = (url: string) => commandsOver('', { DATABASE_URL: url });

function doctor(url: string, environment: Readonly<Record<string, string>> = {}): Promise<Said> {
  return command(['doctor', '--json'], {
    file: '',
    environment: { ...calm, DATABASE_URL: url, ...environment },
  });
}

/** Everything that was not found well, as `check verdict: sentence`. */
const trouble = ({ json }: Said) =>
  json
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ check, verdict, says }) => `${check} ${verdict}: ${says}`);

test('user, session, explain and audit work beside a server, which applies them at once', async () => {
  const url = await places.postgres();
  const server = await startProcess({ DATABASE_URL: url });
  const run = on(url);
  expect((await run('user add bob --json')).json).toMatchObject([{ identifier: 'bob' }]);
  const person = { email: 'ada@example.com', password: 'strongpassword' };
  const ids: string[] = [];
  for (const path of ['/auth/register', '/auth/login', '/auth/login'])
    ids.push(String((await server.post(path, person)).json['session_id']));
  const status = async (id = '') =>
    (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;
  const explained = async (id = '') => (await run('explain --json', id)).json;

  expect((await run('user list --json')).json.map(({ identifier }) => identifier)).toEqual([
    'bob',
    'ada@example.com',
  ]);
  const [first, second, third] = (await run('session list ADA@example.com --json')).json;
  expect(third).toBeDefined();
  expect(await explained(ids[0])).toMatchObject([{ state: 'live' }]);
  const seen = await server.send({ path: '/auth/session', headers: { 'x-session-id': String(ids[0]) } });
  const { handle } = seen.json['session'] as { handle: string };
  expect([first, second, third].map((session) => session?.['handle'])).toContain(handle);
  await run(`session end ${handle}`);
  await expect.poll(() => status(ids[0])).toBe(401);
  expect(await explained(ids[0])).toMatchObject([{ state: 'ended', by: { contract: 'cli' } }]);
  expect(await status(ids[1])).toBe(200);
  expect((await run('session end --everybody --json')).json).toEqual([{ sessions_ended: 2 }]);
  for (const id of ids) await expect.poll(() => status(id)).toBe(401);
  await run('user disable ada@example.com');
  expect((await server.post('/auth/login', person)).status).toBe(401);

  expect((await run('audit verify --json')).json).toMatchObject([{ intact: true }]);
  const tail = (await run('audit tail --json')).json.map(({ event, contract }) => `${event} ${contract}`);
  expect(tail).toEqual(expect.arrayContaining(['register cli', 'logout cli', 'account_disable cli']));
});

test('session end --everybody ends all sessions, on a file as well', async () => {
  const file = await places.sqlite();
  await fill(file);
  const run = on(file);
  const { length } = await inStore(file, ({ sessions }) => sessions.ofUser('id-ada', { limit: 99 }));
  expect(length).toBeGreaterThan(1);
  expect((await run('session end --everybody')).stdout).toMatch(/^\d+ sessions ended\.\n$/);
  expect((await run('session list --json')).json).toEqual([]);
  for (const words of ['--everybody --user ada', 'handle --everybody']) {
    const refused = await command(['session', 'end', ...words.split(' ')], {
      file: '',
      environment: { DATABASE_URL: file },
    });
    expect(refused.code).toBe(2);
  }
});

test('backup and restore name the tools of PostgreSQL, and change nothing', async () => {
  const url = await places.postgres();
  const target = join(temporaryFolder(), 'copy.db');
  for (const [words, says] of [
    [['backup', target], 'pg_dump'],
    [['restore', target], 'gatehouse session end --everybody'],
  ] as const) {
    const refused = await command(words, { file: '', environment: { DATABASE_URL: url } });
    expect([refused.code, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain(says);
  }
  expect(await queryAt(url, ["SELECT 1 FROM pg_class WHERE relname = 'gatehouse'"])).toEqual([]);
});

test('doctor: a healthy server has no findings', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase();
  expect(trouble(await doctor(url))).toEqual([
    'database warning: It has no tables yet; the first start of the server makes them.',
  ]);
  expect(await queryAt(url, ["SELECT 1 FROM pg_class WHERE relname = 'gatehouse'"])).toEqual([]);
  await on(url)('user add ada');
  const said = await doctor(url);
  expect([said.code, trouble(said)]).toEqual([0, []]);
  expect(said.json.map(({ check }) => check)).toEqual([
    'settings',
    'database',
    'tls',
    'durability',
    'clock',
    'key',
    'notifications',
    'connections',
    'proxies',
  ]);
  const running = await startProcess({ ...calm, DATABASE_URL: url });
  const asked = await command(['doctor', '--json', '--url', running.url], {
    file: '',
    environment: { ...calm, DATABASE_URL: url },
  });
  expect([asked.code, trouble(asked)]).toEqual([0, []]);
});

test('doctor: what a power cut or a failover loses', async () => {
  const careless = (await sharedPostgres()).url();
  const said = await doctor(careless);
  expect(said.code).toBe(1);
  expect(trouble(said)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^durability problem: fsync is off/),
      expect.stringMatching(/^durability problem: full_page_writes is off/),
      expect.stringMatching(/^durability warning: synchronous_commit is off/),
    ]),
  );
  const primary = await startPostgres();
  const url = await primary.createDatabase();
  await on(url)('user add ada');
  const standby = await startStandby(primary, { synchronous: false });
  expect(trouble(await doctor(url))).toEqual([
    expect.stringMatching(/^durability warning: Its standbys follow asynchronously/),
  ]);
  const there = new URL(url);
  there.port = String(standby.port);
  expect(trouble(await doctor(String(there)))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^database problem: It answers read-only/)]),
  );
  await standby.stop();
  await primary.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  await primary.query('SELECT pg_reload_conf()');
  await expect
    .poll(async () => trouble(await doctor(url)), { timeout: 10_000 })
    .toEqual([
      expect.stringMatching(/^durability problem: synchronous_standby_names is set, and no standby/),
    ]);
});

test('doctor: a database that cannot be used, each for its reason', async () => {
  const url = await places.postgres();
  await fill(url);
  const wrong = new URL(url);
  wrong.password = 'hunter22';
  const refused = await doctor(String(wrong));
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('refuses the password')]);
  expect(refused.stdout + refused.stderr).not.toContain('hunter22');

  const found = async (...statements: string[]) => {
    await queryAt(url, ...statements.map((sql) => [sql] as const));
    return trouble(await doctor(url)).filter((one) => !one.startsWith('durability'));
  };
  expect(await found()).toEqual([
    'database problem: Accounts with only one of their two records: 1. They cannot log in.',
    expect.stringMatching(/^key problem: GATEHOUSE_SECRET_KEY is not set/),
  ]);
  await queryAt(url, ["DELETE FROM auth WHERE user_id = 'id-dan'"], ['DELETE FROM second_factors']);
  expect(await found()).toEqual([]);
  expect(await found('UPDATE audit SET at = at + 3600000')).toEqual([
    expect.stringMatching(/^clock problem: .* by the clock of the database, but the newest entry/),
  ]);
  await queryAt(url, ['UPDATE audit SET at = at - 3600000']);
  const name = new URL(url).pathname.slice(1);
  expect(await found(`ALTER DATABASE ${name} CONNECTION LIMIT 5`)).toEqual([
    expect.stringMatching(/^connections warning: .* a node opens up to 10\. Raise/),
  ]);
  await queryAt(url, [`ALTER DATABASE ${name} CONNECTION LIMIT -1`]);
  expect(await found("UPDATE gatehouse SET copying = 'file:x'")).toEqual([
    expect.stringMatching(/^database problem: Copying from file:x/),
  ]);
  expect(await found('UPDATE gatehouse SET copying = NULL', 'DROP TABLE devices')).toEqual([
    expect.stringMatching(/^database problem: .*lost.*devices/),
  ]);
});

test('doctor: a clock that is not that of the database', async () => {
  const settings = readSettings({ DATABASE_URL: await places.postgres() });
  const found = async (aheadMs: number) =>
    (await remoteFindings(settings, () => Date.now() + aheadMs)).filter(({ check }) => check === 'clock');
  expect(await found(0)).toMatchObject([{ verdict: 'ok' }]);
  for (const aheadMs of [3_600_000, -3_600_000])
    expect(await found(aheadMs)).toMatchObject([
      { verdict: 'warning', says: expect.stringContaining('are 3600 s apart') },
    ]);
});

test('doctor: a file that was moved away', async () => {
  const [from, to] = [await places.sqlite(), await places.postgres()];
  await fill(from);
  await moved(from, to);
  expect(trouble(await doctor(from))).toContainEqual(
    expect.stringMatching(/^database problem: The database was moved to postgres:/),
  );
});
