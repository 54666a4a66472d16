/** More logins than there is time to hash: most are turned away at once, and everything else goes on undisturbed. */

import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openClient, type Told } from '../support/agent.ts';
import { startProcess, until, within } from '../support/process.ts';
import { openRaw, type Raw, written } from '../support/raw.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** Starts something so many times a second for so many seconds, whether or not the earlier ones are done. */
async function steadily(
  perSecond: number,
  seconds: number,
  ask: (i: number) => Promise<Told>,
): Promise<Told[]> {
  const asked: Promise<Told>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - startedAt) {
    while (asked.length < (elapsed / 1_000) * perSecond) asked.push(ask(asked.length));
    await wait(5);
  }
  return Promise.all(asked);
}

/** The time within which 99 of 100 were answered. */
function p99(answers: readonly Told[]): number {
  const times = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}

test('hundreds of logins a second: most are shed at once, some succeed, and session checks are not affected', {
  timeout: 120_000,
}, async () => {
  const server = await startProcess({ GATEHOUSE_PBKDF2_ITERATIONS: '220000', GATEHOUSE_THROTTLE: 'off' });
  await server.post('/auth/register', person);
  // Of another person: more than a hundred logins of the first end sessions of theirs (ruling B4).
  const { cookie } = await server.post('/auth/register', { ...person, email: 'other@example.com' });
  const flooding = openClient(server.url, 200);
  const checking = openClient(server.url, 10);
  const [logins, checks] = await Promise.all([
    steadily(300, 6, (i) =>
      i % 2 === 0
        ? flooding.post('/auth/login', person)
        : flooding.post('/login.json', { username: person.email, password: person.password }),
    ),
    steadily(50, 6, () => checking.get('/auth/session', { cookie: `session_id=${cookie}` })),
  ]);

  const shed = logins.filter(({ status }) => status === 503);
  const succeeded = logins.filter(({ status }) => status === 200);
  expect(shed.length + succeeded.length).toBe(logins.length);
  expect(logins.length).toBeGreaterThan(1_500);
  expect(shed.length).toBeGreaterThan(logins.length / 2);
  expect(succeeded.length).toBeGreaterThan(5);
  // Shed before hashing: it takes no time, even while others hash. An accepted login waits two seconds or so.
  expect(p99(shed)).toBeLessThan(250);
  for (const { retryAfter } of shed) expect(retryAfter).toMatch(/^[1-9]\d*$/);
  expect(p99(succeeded)).toBeLessThan(15_000);
  expect(checks.filter(({ status }) => status !== 200)).toEqual([]);
  expect(p99(checks)).toBeLessThan(250);

  // Afterwards all is as it was.
  const after = await flooding.post('/auth/login', person);
  expect(after.status).toBe(200);
  expect((await checking.get('/readyz')).status).toBe(200);
  expect(server.log.filter(({ level }) => level >= 50)).toEqual([]);
  flooding.close();
  checking.close();
});

test('a login whose client left while it waited is dropped unhashed and not counted', async () => {
  const cores = availableParallelism();
  const waiting = cores + 6;
  // Enough for the first wave's hashes and the whole second wave, not for two whole waves.
  const attempts = 2 * cores + 9;
  const server = await startProcess({
    // A hash takes so long that most of a line is still waiting when its clients leave.
    GATEHOUSE_PBKDF2_ITERATIONS: '1000000',
    GATEHOUSE_THROTTLE_ACCOUNT: `${attempts}/1h`,
    GATEHOUSE_THROTTLE_CLIENT: '100000/1h',
  });
  expect((await server.post('/auth/register', person)).status).toBe(201);
  const wrong = { ...person, password: 'not this one' };
  const outcomes = (outcome: string) =>
    server.log.filter(({ audit }) => (audit as { outcome?: string } | undefined)?.outcome === outcome).length;

  for (let wave = 0; wave < 2; wave += 1) {
    const line = await stand(server.url, waiting, written('/auth/login', wrong));
    expect((await server.send({ path: '/healthz' })).status).toBe(200);
    for (const [i, { socket }] of line.entries()) {
      if (i % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await Promise.all(line.map(({ closed }) => closed));
    // Nothing shows from outside that the server has noticed.
    await wait(500);
  }
  // The line is empty but for the hashes that had begun.
  const login = await within(20_000, server.post('/auth/login', person), 'the login behind the queue');
  expect(login.status).toBe(200);
  await until(
    () => (outcomes('ok') === 3 ? true : undefined),
    'the entry of the login, after two of the registration',
  );
  // As many as there are cores were being hashed in either wave, or a few more; the others left no trace.
  expect(outcomes('wrong_password')).toBeLessThanOrEqual(2 * cores + 4);
  expect(outcomes('too_many_attempts')).toBe(0);
});

/** Opens many connections that have all sent their request. */
async function stand(url: string, count: number, request: string): Promise<Raw[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const raw = await openRaw(url);
      await new Promise((sent) => raw.socket.on('error', () => {}).write(request, sent));
      return raw;
    }),
  );
}
