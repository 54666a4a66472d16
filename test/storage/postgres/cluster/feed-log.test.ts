/** What clients and the log of a server say while its feed of revocations cannot be read. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isFeedRead, notifyAll, operatorAt } from '../../../support/postgres/feed.ts';
import { startPostgresProxy } from '../../../support/postgres/messages.ts';
import { sharedPostgres } from '../../../support/postgres.ts';
import { startProcess, type TestProcess } from '../../../support/process.ts';
import type { Connection } from '../../../support/proxy.ts';

const password = 'supersecure';

/** A server, and an account with two sessions. */
async function openScene() {
  const url = await (await sharedPostgres()).createDatabase();
  const server = await startProcess({ DATABASE_URL: url });
  const account = { email: 'user@example.com', password };
  const first = await server.post('/auth/register', account);
  const second = await server.post('/auth/login', account);
  const [one, two] = [first, second].map(({ json }) => String(json['session_id']));
  return { url, server, one: String(one), two: String(two) };
}

async function statusOf(server: TestProcess, id: string): Promise<number> {
  return (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;
}

/** The lines about the feed and the cache, with their level and reason. */
const linesOf = ({ log }: TestProcess) =>
  log
    .filter(({ msg }) => /revocations|cache of session checks/.test(msg))
    .map(({ level, msg, reason }) => [level, msg, ...(reason === undefined ? [] : [reason])]);

const begun = [50, 'revocations cannot be read: every session check asks the database'];
const over = [30, 'revocations are read again'];

test('N2: while the feed is locked, checks are answered and a logout is 503; the log has a line at the begin and at the end', async () => {
  const { url, server, one, two } = await openScene();
  for (const id of [one, two, one, two]) expect(await statusOf(server, id)).toBe(200);
  expect(linesOf(server)).toEqual([]);
  const operator = await operatorAt(url, onTestFinished);
  await operator.query('BEGIN');
  await operator.query('LOCK TABLE revocations IN ACCESS EXCLUSIVE MODE');
  for (const overAt = performance.now() + 2_500; performance.now() < overAt; await sleep(50))
    expect(await statusOf(server, one)).toBe(200);
  expect(linesOf(server)).toEqual([begun]);
  const logout = await server.post('/auth/logout', {}, { 'x-session-id': two });
  expect(logout.status).toBe(503);
  expect(await statusOf(server, two)).toBe(200);
  await operator.query('COMMIT');
  await expect.poll(() => linesOf(server)).toEqual([begun, over]);
  expect((await server.post('/auth/logout', {}, { 'x-session-id': two })).status).toBe(204);
  expect([await statusOf(server, one), await statusOf(server, two)]).toEqual([200, 401]);
});

test('N2: a feed that an operator truncates is reported, and mended by the sweep; no live session is answered with 401', async () => {
  const { url, server, one, two } = await openScene();
  for (const id of [one, two, one, two]) expect(await statusOf(server, id)).toBe(200);
  const operator = await operatorAt(url, onTestFinished);
  await operator.query('TRUNCATE revocations');
  await expect.poll(() => linesOf(server)).toHaveLength(2);
  expect(linesOf(server)).toEqual([[30, 'the cache of session checks was emptied', 'missed'], begun]);
  const [line] = server.log.filter(({ level }) => level === 50);
  expect(JSON.stringify(line)).toContain('The table revocations was emptied. The next sweep mends it');
  expect([await statusOf(server, one), await statusOf(server, two)]).toEqual([200, 200]);
  expect((await server.post('/auth/logout', {}, { 'x-session-id': two })).status).toBe(204);
  expect([await statusOf(server, one), await statusOf(server, two)]).toEqual([200, 401]);
});

test('while the connection for the feed is silent, the driver does not warn of queries that it must queue', async () => {
  const postgres = await sharedPostgres();
  const proxy = await startPostgresProxy(postgres.port);
  const url = await postgres.createDatabase();
  const server = await startProcess({ DATABASE_URL: proxy.url(url) });
  // From a read on, that connection brings notifications and no answers.
  let silent: Connection | undefined;
  proxy.judge((message, connection) => {
    if (isFeedRead(message)) silent ??= connection;
    return connection === silent && message.from === 'server' && message.type !== 'A' ? 'hold' : 'pass';
  });
  for (let notifications = 0; notifications < 25; notifications += 1) {
    await notifyAll(url);
    await sleep(100);
  }
  expect(server.stderr).not.toContain('DeprecationWarning');
});

test('N2: where only the listening connection is lost, the log has one line for the loss and one for the return', async () => {
  const postgres = await sharedPostgres();
  const proxy = await startPostgresProxy(postgres.port);
  const url = await postgres.createDatabase();
  const server = await startProcess({ DATABASE_URL: proxy.url(url) });
  let listener: Connection | undefined;
  proxy.judge((message, connection) => {
    if (isFeedRead(message)) listener ??= connection;
    return 'pass';
  });
  await expect.poll(() => listener).toBeDefined();
  const lines = () =>
    server.log
      .filter(({ msg }) => /listening connection/.test(String(msg)))
      .map(({ level, msg }) => [level, msg]);
  expect(lines()).toEqual([]);
  // No new one comes for a while: several attempts are one loss.
  proxy.judge(({ from, text }) => (from === 'client' && text.startsWith('LISTEN') ? 'cut' : 'pass'));
  listener?.cut();
  const lost = [50, 'the listening connection was lost: every session check asks the database'];
  await expect.poll(lines).toEqual([lost]);
  await sleep(1_500);
  expect(lines()).toEqual([lost]);
  proxy.judge();
  await expect.poll(lines, { timeout: 5_000 }).toEqual([lost, [30, 'the listening connection is back']]);
  expect((await server.send({ path: '/readyz' })).status).toBe(200);
});
