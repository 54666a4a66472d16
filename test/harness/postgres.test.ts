/** The PostgreSQL servers of the tests do what they say: start, stop, crash, freeze, and keep what they promised. */

import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { account } from '../support/postgres/account.ts';
import { isAlive } from '../support/postgres/processes.ts';
import { authority } from '../support/postgres/tls.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';

async function connected(config: string | ClientConfig): Promise<Client> {
  const client = new Client(config);
  client.on('error', () => {});
  onTestFinished(() => void client.end().catch(() => {}));
  await client.connect();
  return client;
}

test('a server starts, also for root, in UTF-8 and without a locale, and asks for a password', async () => {
  const server = await startPostgres();
  expect(server.url()).toMatch(/^postgres:\/\/postgres:\w+@127\.0\.0\.1:\d+\/postgres$/);
  expect(isAlive(Number(server.pid))).toBe(true);
  const [database] = await server.query(
    "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate FROM pg_database WHERE datname = 'postgres'",
  );
  expect(database).toEqual({ encoding: 'UTF8', datcollate: 'C' });
  const wrong = new URL(server.url());
  wrong.password = 'wrong';
  await expect(connected(wrong.href)).rejects.toThrow('password authentication failed');
  if (account) expect(process.getuid?.()).toBe(0);
});

test('settings are applied, and a commit is on disk by default', async () => {
  const shown = async (settings?: Record<string, string>) => {
    const server = await startPostgres({ ...(settings && { settings }) });
    const rows = await server.query<{ fsync: string; memory: string; limit: string }>(
      `SELECT current_setting('fsync') AS fsync, current_setting('shared_buffers') AS memory,
         current_setting('max_connections') AS "limit"`,
    );
    return rows[0];
  };
  expect(await shown()).toEqual({ fsync: 'on', memory: '32MB', limit: '100' });
  expect(await shown({ fsync: 'off', max_connections: '7' })).toMatchObject({ fsync: 'off', limit: '7' });
});

test('a setting that makes no sense is reported with what PostgreSQL said', async () => {
  await expect(startPostgres({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start:[\s\S]*invalid value for parameter "shared_buffers"/,
  );
});

test('each database is new and empty', async () => {
  const postgres = await sharedPostgres();
  const [one, other] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
  expect(one).not.toBe(other);
  await (await connected(String(one))).query('CREATE TABLE things (id int)');
  await expect((await connected(String(other))).query('SELECT * FROM things')).rejects.toThrow(
    'does not exist',
  );
});

test('all tests share one server', async () => {
  const [one, other] = await Promise.all([sharedPostgres(), sharedPostgres()]);
  expect(one.url()).toBe(other.url());
});

test.each(['smart', 'fast', 'immediate'] as const)(
  'after a stop that is %s, the server comes back on the same port with its data',
  async (mode) => {
    const server = await startPostgres();
    await server.query('CREATE TABLE things AS SELECT 1 AS id');
    const { port, pid } = server;
    await server.stop(mode);
    expect([server.pid, isAlive(Number(pid))]).toEqual([undefined, false]);
    await expect(server.query('SELECT')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await server.query('SELECT id FROM things')).toEqual([{ id: 1 }]);
  },
);

test('a fast stop closes connections in order, an immediate one drops them', async () => {
  for (const [mode, words] of [
    ['fast', 'terminating connection due to administrator command'],
    ['immediate', 'Connection terminated unexpectedly'],
  ] as const) {
    const server = await startPostgres();
    const client = await connected(server.url());
    const failure = new Promise<Error>((resolve) => client.once('error', resolve));
    await server.stop(mode);
    expect((await failure).message).toBe(words);
  }
});

test('a kill takes every process at once, loses what was not committed, and keeps what was', async () => {
  const server = await startPostgres();
  await server.query('CREATE TABLE things (id int)');
  const client = await connected(server.url());
  await client.query('INSERT INTO things VALUES (1)');
  await client.query('BEGIN; INSERT INTO things VALUES (2)');
  const backends = await server.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  expect(backends.length).toBeGreaterThan(3);
  await server.kill();
  expect(backends.map(({ pid }) => pid).filter(isAlive)).toEqual([]);
  await server.start();
  expect(server.log).toContain('database system was not properly shut down');
  expect(await server.query('SELECT id FROM things')).toEqual([{ id: 1 }]);
});

test('a frozen server answers no old and no new client until it continues', async () => {
  const server = await startPostgres();
  const client = await connected(server.url());
  await server.freeze();
  let answered = false;
  const asked = [client.query('SELECT 1 AS one'), server.query('SELECT 1 AS one')].map((one) =>
    one.finally(() => {
      answered = true;
    }),
  );
  await pause(300);
  expect(answered).toBe(false);
  server.thaw();
  await Promise.all(asked);
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('a frozen server can be stopped, killed and removed', async () => {
  const server = await startPostgres();
  await server.freeze();
  await server.stop();
  await server.start();
  await server.freeze();
  await server.kill();
  await server.start();
  await server.freeze();
});

test('TLS is verified down to the host name', async () => {
  const server = await startPostgres({ tls: true });
  const isSecure = async (connectionString: string, ca?: string) => {
    const ssl = ca !== undefined && { ca, rejectUnauthorized: true };
    const client = await connected({ connectionString, ssl });
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return rows[0].ssl;
  };
  const byName = server.url().replace('127.0.0.1', 'localhost');
  expect(await isSecure(server.url())).toBe(false);
  expect(await isSecure(byName, authority())).toBe(true);
  await expect(isSecure(byName, authority('stranger'))).rejects.toThrow(/verif/);
  const elsewhere = await startPostgres({ tls: { certificate: 'elsewhere', required: true } });
  const wrongName = elsewhere.url().replace('127.0.0.1', 'localhost');
  await expect(isSecure(wrongName, authority())).rejects.toThrow("does not match certificate's altnames");
  await expect(isSecure(elsewhere.url())).rejects.toThrow('no encryption');
});
