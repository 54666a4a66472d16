/** Metrics move with what happens, and with nothing else. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openClient } from '../support/agent.ts';
import { sendRaw } from '../support/client.ts';
import { takeAway } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { metricsUrl, type Scraped, scrape } from '../support/metrics.ts';
import { startProcess, type TestProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const joe = { username: 'joe', password: 'supersecure' };
const user = { email: 'user@example.com', password: 'strongpassword' };

async function startWithMetrics(environment: Readonly<Record<string, string>> = {}, file?: string) {
  const cwd = temporaryFolder();
  const options = file === undefined ? { cwd } : { cwd, file };
  const server = await startProcess({ GATEHOUSE_METRICS_PORT: '0', ...environment }, options);
  const url = await metricsUrl(server);
  return { server, read: () => scrape(url) };
}

/** The counters of Gatehouse that grew between two readings, by how much. */
function grown(before: Scraped, after: Scraped): Record<string, number> {
  const differences: Record<string, number> = {};
  for (const [name, { kind, samples }] of after.metrics) {
    if (kind !== 'counter' || !/^gatehouse_(?!sqlite|hash|check_memory)/.test(name)) continue;
    for (const { labels, value } of samples) {
      const by = value - before.value(name, labels);
      const words = Object.values(labels).join(' ');
      if (by !== 0) differences[`${name.replace(/^gatehouse_|_total$/g, '')} ${words}`] = by;
    }
  }
  return differences;
}

/** What a step makes grow. */
async function growth(read: () => Promise<Scraped>, step: () => Promise<unknown>) {
  const before = await read();
  await step();
  return grown(before, await read());
}

/** Reads until a metric is larger than it was, or than `than`. */
async function untilMore(
  read: () => Promise<Scraped>,
  name: string,
  labels: Readonly<Record<string, string>>,
  than?: number,
): Promise<void> {
  const before = than ?? (await read()).value(name, labels);
  const giveUpAt = performance.now() + 10_000;
  while ((await read()).value(name, labels) <= before) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for more of ${name}`);
    await sleep(50);
  }
}

const check = (server: TestProcess, id: string) =>
  server.send({ path: '/auth/session', headers: { 'x-session-id': id } });

test('what people do is counted once, by outcome', async () => {
  const { server, read } = await startWithMetrics({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  const login = (password: string) => server.post('/login.json', { ...joe, password });

  expect(await growth(read, async () => {})).toEqual({});
  expect(await growth(read, () => server.post('/register.json', joe))).toEqual({
    'requests dotjson 2xx': 1,
    'events register ok': 1,
  });
  expect(await growth(read, () => server.post('/register.json', joe))).toEqual({
    'requests dotjson 4xx': 1,
    'events register identifier_taken': 1,
  });
  expect(await growth(read, () => server.post('/auth/register', user))).toEqual({
    'requests rest 2xx': 1,
    'events register ok': 1,
    'events login ok': 1,
  });
  let id = '';
  const loggedIn = await growth(read, async () => {
    id = String((await login(joe.password)).json['id']);
  });
  expect(loggedIn).toEqual({ 'requests dotjson 2xx': 1, 'events login ok': 1 });
  expect(await growth(read, () => check(server, id))).toEqual({
    'requests session 2xx': 1,
    'session_checks live': 1,
  });
  expect(
    await growth(read, () => server.post('/api/auth/login', { username: 'nobody', password: 'supersecure' })),
  ).toEqual({ 'requests envelope 4xx': 1, 'events login unknown_account': 1 });
  expect(await growth(read, () => Promise.all([login('wrong-password'), login('wrong-password')]))).toEqual({
    'requests dotjson 4xx': 2,
    'events login wrong_password': 2,
  });
  expect(await growth(read, () => login(joe.password))).toEqual({
    'requests dotjson 4xx': 1,
    'events login too_many_attempts': 1,
  });
  const logout = () => server.post(`/logout.json?s=${id}`, {});
  expect(await growth(read, logout)).toEqual({ 'requests dotjson 2xx': 1, 'events logout ok': 1 });
  expect(await growth(read, logout)).toEqual({ 'requests dotjson 4xx': 1, 'events logout no_session': 1 });
  expect(await growth(read, () => check(server, id))).toEqual({
    'requests session 4xx': 1,
    'session_checks dead': 1,
  });
  expect(await growth(read, () => server.send({ path: '/auth/session' }))).toEqual({
    'requests session 4xx': 1,
    'session_checks none': 1,
  });
});

test('hashes and writes are counted', async () => {
  const { server, read } = await startWithMetrics();
  const before = await read();
  expect(before.value('gatehouse_hashing_threads')).toBeGreaterThan(0);
  await server.post('/auth/register', user);
  await server.post('/auth/login', { ...user, password: 'wrong-password' });
  const after = await read();
  expect(after.value('gatehouse_hashes_total')).toBe(2);
  expect(after.value('gatehouse_hash_seconds_total')).toBeGreaterThan(0);
  expect(after.value('gatehouse_hashing_places')).toBe(0);
  expect(after.value('gatehouse_hashing_running')).toBe(0);
  const [steps, commits] = ['steps', 'commits'].map((name) => after.value(`gatehouse_sqlite_${name}_total`));
  expect(commits).toBeGreaterThan(4);
  expect(steps).toBeGreaterThanOrEqual(commits ?? 0);
  expect(after.value('gatehouse_sqlite_failed_commits_total')).toBe(0);
});

test('the outcome of a mail is counted', async () => {
  const mail = await startMailServer();
  const { server, read } = await startWithMetrics(mailingTo(mail));
  await server.post('/auth/register', user);
  const forgot = () => server.post('/auth/password/forgot', { identifier: user.email });
  await mail.arrived(1);
  await untilMore(read, 'gatehouse_mail_tries_total', { outcome: 'sent' }, 0);
  for (const [code, text, outcome, before] of [
    [250, '', 'sent', 1],
    [550, '5.1.1 No such user', 'given_up', 0],
    [451, 'Later', 'put_off', 0],
    [550, '5.7.1 Relaying denied', 'refused', 0],
  ] as const) {
    mail.answer(code, text);
    await forgot();
    await untilMore(read, 'gatehouse_mail_tries_total', { outcome }, before);
  }
  expect(await growth(read, forgot)).toMatchObject({ 'mails too_many': 1, 'events password_forgot ok': 1 });
  const after = await read();
  expect(after.value('gatehouse_mails_total', { outcome: 'queued' })).toBe(5);
  expect(after.value('gatehouse_mail_tries_total', { outcome: 'unavailable' })).toBe(0);
});

test('requests that fail with the store are counted, and so is their end', async () => {
  const first = await startProcess();
  await first.post('/register.json', joe);
  const id = String((await first.post('/login.json', joe)).json['id']);
  await first.stop();

  // A session that is in memory would be known without its table.
  const { server, read } = await startWithMetrics({ GATEHOUSE_SWEEP_SECONDS: '1' }, first.file);
  const putBack = await takeAway(server, 'sessions');
  const broken = await growth(read, async () => {
    const asked = [
      check(server, id),
      server.post('/login.json', joe),
      server.post(`/logout.json?s=${id}`, {}),
      server.send({ path: '/readyz' }),
    ];
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  });
  expect(broken).toMatchObject({
    'requests session 5xx': 1,
    'requests dotjson 5xx': 2,
    'requests site 5xx': 1,
    'broken_requests session unavailable': 1,
    'broken_requests dotjson unavailable': 2,
    'broken_requests site unavailable': 1,
    'session_checks unavailable': 1,
    'events login unavailable': 1,
    'events logout unavailable': 1,
  });
  expect(broken).not.toHaveProperty(['events login ok']);
  await untilMore(read, 'gatehouse_sweeps_total', { outcome: 'failed' });
  await putBack();
  await untilMore(read, 'gatehouse_sweeps_total', { outcome: 'ok' });
  expect(await growth(read, () => check(server, id))).toMatchObject({ 'session_checks live': 1 });
});

test('shed logins are counted as shed logins, and as nothing else', async () => {
  // A fifth of the usual time: until hashes have been timed, about sixty logins fill the two seconds of the queue.
  const settings = { GATEHOUSE_PBKDF2_ITERATIONS: '50000', GATEHOUSE_THROTTLE: 'off' };
  const { server, read } = await startWithMetrics(settings);
  const logins = 200;
  const client = openClient(server.url, logins);
  const statuses: number[] = [];
  const before = await read();
  const all = Array.from({ length: logins }, async () => {
    statuses.push((await client.post('/login.json', joe)).status);
  });
  await until(() => (statuses.length > 0 ? true : undefined), 'the first answer');
  const during = await read();
  expect(during.value('gatehouse_hashing_places')).toBeGreaterThan(1);
  expect(during.value('gatehouse_hashing_running')).toBe(during.value('gatehouse_hashing_threads'));
  await Promise.all(all);
  client.close();
  const after = await read();
  const shed = statuses.filter((status) => status === 503).length;
  expect(shed).toBeGreaterThan(0);
  expect(grown(before, after)).toEqual({
    'requests dotjson 4xx': logins - shed,
    'requests dotjson 5xx': shed,
    'events login unknown_account': logins - shed,
    'events login overloaded': shed,
  });
  expect(after.value('gatehouse_hashing_refused_total')).toBe(shed);
  expect(after.value('gatehouse_hashes_total')).toBe(logins - shed);
});

test('nothing that a client sends becomes a label, however much of it there is', async () => {
  const { server, read } = await startWithMetrics();
  const before = await read();
  const marker = 'odd-5f3a';
  const asked = [
    `GET /${marker} HTTP/1.1\r\nHost: ${marker}`,
    `${marker.toUpperCase()} / HTTP/1.1\r\nHost: x`,
    `PROPFIND /auth/login HTTP/1.1\r\nHost: x`,
    `GET /auth/${marker} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${marker}`,
    `DELETE /auth/sessions/${marker} HTTP/1.1\r\nHost: x`,
    `GET /${marker}.json HTTP/1.1\r\nHost: x`,
    `GET /auth/session?${marker} HTTP/1.1\r\nHost: x\r\nX-Session-Id: ${marker}`,
    `GET /api/auth/${marker}%22%0a HTTP/1.1\r\nHost: x\r\nOrigin: https://${marker}.example`,
    `OPTIONS * HTTP/1.1\r\nHost: x`,
    `GET http://${marker}/auth/session HTTP/1.1\r\nHost: x`,
  ];
  for (const head of asked) await sendRaw(server.url, `${head}\r\nConnection: close\r\n\r\n`);
  for (let i = 0; i < 30; i += 1) {
    await server.post('/login.json', { username: `${marker}${i}`, password: marker });
    await server.post('/login.json', { [`${marker}${i}`]: marker }, { origin: `https://${marker}.example` });
  }
  const after = await read();
  expect(after.text).not.toMatch(new RegExp(marker, 'i'));
  const series = ({ metrics }: Scraped) =>
    [...metrics].flatMap(([name, { samples }]) =>
      name.startsWith('gatehouse_') ? samples.map(({ labels }) => `${name} ${JSON.stringify(labels)}`) : [],
    );
  const fresh = series(after).filter((each) => !series(before).includes(each));
  expect(fresh).toEqual(['gatehouse_events_total {"event":"refusal","outcome":"cross_site"}']);
});
