/** The proxy that understands PostgreSQL drops, doubles and delays single messages, and cuts where it hurts most. */

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { notification, type PostgresProxy, startPostgresProxy } from '../support/postgres/messages.ts';
import { authority } from '../support/postgres/tls.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';

/** A database of its own, a proxy before it, a client that listens through the proxy, and one that notifies past it. */
async function listening() {
  const postgres = await sharedPostgres();
  const url = await postgres.createDatabase();
  const proxy = await startPostgresProxy(postgres.port);
  const [listener, notifier] = [await connected(proxy.url(url)), await connected(url)];
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => heard.push(String(payload)));
  await listener.query('LISTEN news');
  const notify = (...payloads: string[]) =>
    notifier.query(payloads.map((payload) => `NOTIFY news, '${payload}';`).join(' '));
  return { url, proxy, listener, notifier, heard, notify };
}

async function connected(url: string): Promise<Client> {
  const client = new Client(url);
  client.on('error', () => {});
  onTestFinished(() => void client.end().catch(() => {}));
  await client.connect();
  return client;
}

function judgeNews(proxy: PostgresProxy, verdict: 'drop' | 'duplicate' | 'hold', about: string): void {
  proxy.judge((message) => (notification(message)?.payload === about ? verdict : 'pass'));
}

test('without a judge everything passes', async () => {
  const { notify, heard, listener } = await listening();
  await notify('one', 'two');
  await expect.poll(() => heard).toEqual(['one', 'two']);
  const { rows } = await listener.query("SELECT repeat('x', 300000) AS long, $1::int AS id", [7]);
  expect([rows[0].long.length, rows[0].id]).toEqual([300_000, 7]);
});

test('a notification can be dropped', async () => {
  const { proxy, notify, heard } = await listening();
  judgeNews(proxy, 'drop', 'two');
  await notify('one', 'two', 'three');
  await expect.poll(() => heard).toEqual(['one', 'three']);
});

test('a notification can come twice', async () => {
  const { proxy, notify, heard } = await listening();
  judgeNews(proxy, 'duplicate', 'one');
  await notify('one', 'two');
  await expect.poll(() => heard).toEqual(['one', 'one', 'two']);
});

test('notifications can come late and in another order, while the rest of the connection works', async () => {
  const { proxy, notify, heard, listener } = await listening();
  proxy.judge((message) => (notification(message) ? 'hold' : 'pass'));
  await notify('one', 'two', 'three');
  await expect.poll(() => proxy.held.length).toBe(3);
  await listener.query('SELECT 1');
  expect(heard).toEqual([]);
  proxy.release((held) => held.toReversed());
  await expect.poll(() => heard).toEqual(['three', 'two', 'one']);
  expect(proxy.held).toEqual([]);
});

test('a connection can be cut after a commit took place and before its answer arrives', async () => {
  const { proxy, listener, notifier } = await listening();
  await notifier.query('CREATE TABLE things (id int)');
  proxy.judge(({ from, type, text }) =>
    from === 'server' && type === 'C' && /^COMMIT/.test(text) ? 'cut' : 'pass',
  );
  await listener.query('BEGIN');
  await listener.query('INSERT INTO things VALUES ($1)', [1]);
  await expect(listener.query('COMMIT')).rejects.toThrow();
  expect((await notifier.query('SELECT id FROM things')).rows).toEqual([{ id: 1 }]);
});

test('a connection can be cut before a commit arrives, and then it does not take place', async () => {
  const { proxy, listener, notifier } = await listening();
  await notifier.query('CREATE TABLE things (id int)');
  proxy.judge(({ from, type, text }) =>
    from === 'client' && type === 'Q' && /^COMMIT/.test(text) ? 'cut' : 'pass',
  );
  await listener.query('BEGIN');
  await listener.query('INSERT INTO things VALUES ($1)', [1]);
  await expect(listener.query('COMMIT')).rejects.toThrow();
  expect((await notifier.query('SELECT id FROM things')).rows).toEqual([]);
});

test('a connection can fall silent at a message, which comes first when it resumes', async () => {
  const { proxy, listener } = await listening();
  proxy.judge(({ type }) => (type === 'D' ? 'hang' : 'pass'));
  let answered = false;
  const asked = listener.query('SELECT 1 AS one').finally(() => {
    answered = true;
  });
  await pause(200);
  expect(answered).toBe(false);
  proxy.judge();
  proxy.resume();
  expect((await asked).rows).toEqual([{ one: 1 }]);
});

test('a connection with TLS passes as it is; a refusal of TLS is understood', async () => {
  const server = await startPostgres({ tls: true });
  const seen: string[] = [];
  const proxy = await startPostgresProxy(server.port);
  proxy.judge(({ type }) => {
    seen.push(type);
    return 'pass';
  });
  const client = new Client({ connectionString: proxy.url(server.url()), ssl: { ca: authority() } });
  await client.connect();
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await client.end();
  expect(seen).toEqual(['']);
  const plain = await startPostgresProxy((await sharedPostgres()).port);
  const wanting = new Client({ connectionString: plain.url((await sharedPostgres()).url()), ssl: true });
  await expect(wanting.connect()).rejects.toThrow('does not support SSL');
});
