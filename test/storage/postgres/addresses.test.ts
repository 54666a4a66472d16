/** Addresses as libpq spells them lead where they say, over TCP and over a socket of this machine, and say so. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { isPrivate, targetOf } from '../../../src/storage/postgres/connection/url.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { command } from '../../support/command.ts';
import { optionsOf } from '../../support/postgres/options.ts';
import { leaks, password, refusal } from '../../support/postgres/refused.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { queryAt } from '../../support/postgres/store-fixture.ts';
import { startPostgres } from '../../support/postgres.ts';
import { failToStart, startProcess } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';

const cleaning: (() => Promise<void>)[] = [];
let server: PostgresServer;
let sockets: string;

beforeAll(async () => {
  server = await startPostgres({
    // The folder of the data belongs to the account of PostgreSQL, whichever user runs the tests.
    settings: { unix_socket_directories: '.' },
    atEnd: (clean) => void cleaning.push(clean),
  });
  sockets = server.data;
  await server.query(`CREATE ROLE joe LOGIN SUPERUSER PASSWORD '${password.replaceAll("'", "''")}'`);
});

afterAll(async () => {
  for (const clean of cleaning) await clean();
});

async function databaseName(): Promise<string> {
  return new URL(await server.createDatabase()).pathname.slice(1);
}

/** Who is connected from where to a database, while a store is open at an address. */
async function seenAt(url: string, database: string) {
  const { store, warnings } = await openPostgresStore(optionsOf(url));
  onTestFinished(() => store.close().catch(() => {}));
  const [row] = await server.query<{ user: string; socket: boolean; names: string[] }>(
    `SELECT min(usename) AS user, bool_and(client_addr IS NULL) AS socket, array_agg(DISTINCT application_name) AS names
     FROM pg_stat_activity WHERE datname = $1`,
    [database],
  );
  await store.close();
  return { ...row, warnings };
}

const secret = encodeURIComponent(password);

test.each<[name: string, address: (database: string) => string, isSocket: boolean]>([
  [
    'an empty host, the folder of the socket in the query',
    (db) => `postgres://joe:${secret}@/${db}?host=${sockets}&port=${server.port}`,
    true,
  ],
  [
    'the folder of the socket as the host',
    (db) => `postgres://joe:${secret}@${encodeURIComponent(sockets)}:${server.port}/${db}`,
    true,
  ],
  [
    'everything in the query',
    (db) =>
      `postgres://?host=${encodeURIComponent(sockets)}&port=${server.port}&user=joe&password=${secret}&dbname=${db}`,
    true,
  ],
  [
    'everything in the query, over TCP',
    (db) => `postgresql://?host=127.0.0.1&port=${server.port}&user=joe&password=${secret}&dbname=${db}`,
    false,
  ],
  ['an empty host with a port', (db) => `postgres://joe:${secret}@:${server.port}/${db}`, false],
  [
    'TLS over a socket of this machine, which libpq leaves out',
    (db) => `postgres://joe:${secret}@/${db}?host=${sockets}&port=${server.port}&sslmode=verify-full`,
    true,
  ],
])('%s: it leads there, without a warning', async (_name, address, isSocket) => {
  const database = await databaseName();
  const seen = await seenAt(address(database), database);
  expect(seen).toEqual({ user: 'joe', socket: isSocket, names: ['gatehouse'], warnings: [] });
});

test('the name of the application in the address stands behind our own', async () => {
  const database = await databaseName();
  const url = `postgres://joe:${secret}@127.0.0.1:${server.port}/${database}?application_name=auth%201`;
  expect(await seenAt(url, database)).toMatchObject({ names: ['gatehouse (auth 1)'] });
});

test('a move does not begin while a server of such a name uses the database', async () => {
  const database = await databaseName();
  const url = `postgres://joe:${secret}@127.0.0.1:${server.port}/${database}`;
  await startProcess({ DATABASE_URL: `${url}?application_name=auth` });
  const to = `file:${join(temporaryFolder(), 'gatehouse.db')}`;
  const moved = await command(['migrate', '--from', 'env:POSTGRES_URL', '--to', to], {
    file: '',
    environment: { POSTGRES_URL: url },
  });
  expect(moved.code).toBe(4);
  expect(leaks(moved.stdout + moved.stderr)).toEqual([]);
});

test('the whole program starts at a socket, workers and the address to listen at alike, and its commands do', async () => {
  const database = await databaseName();
  const url = `postgres://joe:${secret}@/${database}?host=${sockets}&port=${server.port}&ssl=true`;
  const environment = {
    DATABASE_URL: url,
    GATEHOUSE_DATABASE_LISTEN_URL: url,
    GATEHOUSE_WORKERS: '2',
    GATEHOUSE_PBKDF2_ITERATIONS: '210000',
  };
  const started = await startProcess(environment);
  expect(started.log.map(({ msg }) => msg)).toEqual(['listening']);
  expect((await started.send({ path: '/readyz' })).status).toBe(200);
  const doctor = await command(['doctor'], { file: '', environment });
  expect(doctor.code).toBe(0);
  expect(doctor.stdout + doctor.stderr).not.toContain('without TLS');
  expect(leaks(started.stdout + started.stderr + doctor.stdout + doctor.stderr)).toEqual([]);
});

test('N8: a socket without a listener, or in a path that is not a folder, stops the start with a sentence', async () => {
  const [folder, query] = [temporaryFolder(), `host=${temporaryFolder()}&port=5432`];
  expect(await refusal(`postgres://joe:${secret}@/x?${query}`)).toMatch(
    /^Nothing listens at the socket \/.*\/\.s\.PGSQL\.5432\. Start PostgreSQL, or correct host and port in DATABASE_URL\.$/,
  );
  const path = join(folder, '.s.PGSQL.1');
  const deaf = createServer().listen(path);
  await new Promise((resolve) => deaf.once('listening', resolve));
  await new Promise((resolve) => deaf.close(resolve));
  expect(await refusal(`postgres://joe:${secret}@/x?host=${folder}&port=1`)).toContain(
    `Nothing listens at the socket ${path}.`,
  );
  expect(await refusal(`postgres://joe:${secret}@/x?host=/etc/passwd`)).toContain('the socket /etc/passwd/');
  const { code, stderr } = await failToStart({ DATABASE_URL: `postgres://joe:${secret}@/x?${query}` });
  expect([code, leaks(stderr)]).toEqual([1, []]);
  expect(stderr).toContain('Nothing listens at the socket');
});

test('an address that cannot be kept to stops the start with a sentence, never with the password', async () => {
  const { code, stderr } = await failToStart({
    DATABASE_URL: `postgres://joe:${secret}@a,b/x`,
    GATEHOUSE_DATABASE_LISTEN_URL: `postgres://joe:${secret}@db/x?channel_binding=require`,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATABASE_URL has an unusable value; .* names several servers/);
  expect(stderr).toMatch(/GATEHOUSE_DATABASE_LISTEN_URL has an unusable value; .* channel_binding/);
  expect(leaks(stderr)).toEqual([]);
});

test('what is warned about is what the driver does, in every spelling', () => {
  for (const query of [
    'sslmode=VERIFY-FULL',
    'ssl=true',
    'sslmode=disable&sslmode=verify-full',
    'sslrootcert=system',
  ])
    expect(isPrivate(`postgres://db.example.com/x?${query}`), query).toBe(true);
  for (const query of ['', 'ssl=false', 'ssl=no-verify', 'sslmode=verify-full&sslmode=disable'])
    expect(isPrivate(`postgres://db.example.com/x?${query}`), query).toBe(false);
  for (const url of [
    'postgres://joe@/x?host=/run/postgresql',
    'postgres://joe@:5433/x',
    'postgres://?host=::1',
  ])
    expect(isPrivate(url), url).toBe(true);
});

test('an address is said without its password, whatever its spelling', () => {
  const target = { host: '/run/postgresql', port: '5433', user: 'joe', database: 'x' };
  for (const url of [
    `postgres://joe:${secret}@/x?host=/run/postgresql&port=5433`,
    `postgres://joe:${secret}@%2Frun%2Fpostgresql:5433/x`,
    `postgres://?host=/run/postgresql&port=5433&user=joe&password=${secret}&dbname=x`,
  ])
    expect(targetOf(url), url).toEqual(target);
  expect(targetOf('postgres://joe@:5433')).toEqual({
    host: 'localhost',
    port: '5433',
    user: 'joe',
    database: 'joe',
  });
});

test('queries over such an address reach the tables', async () => {
  const database = await databaseName();
  const url = `postgres://joe:${secret}@/${database}?host=${sockets}&port=${server.port}`;
  const { store } = await openPostgresStore(optionsOf(url));
  await store.ping();
  await store.close();
  expect(await queryAt(url, ['SELECT count(*)::int AS count FROM sessions'])).toEqual([{ count: 0 }]);
});
