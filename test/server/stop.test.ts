/** An orderly end: nothing new is accepted, what is under way is finished, and nothing that was answered is lost. */

import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClient } from '../support/agent.ts';
import { Ledger, type Owner } from '../support/ledger.ts';
import { startProcess, type TestProcess, until, within } from '../support/process.ts';
import { openRaw, written } from '../support/raw.ts';
import { temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** A third of a second of one core: long enough for a signal to arrive in the middle, short of the 10 seconds of the end. */
const slowHash = { GATEHOUSE_PBKDF2_ITERATIONS: '1000000' };

function isStopping(server: TestProcess): Promise<unknown> {
  return until(() => server.log.find(({ msg }) => msg === 'stopping'), 'the end to begin');
}

/** The code of the error a new connection meets, or `connected`. */
function knock(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    socket.on('connect', () => {
      socket.destroy();
      resolve('connected');
    });
  });
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s: a login that is being hashed gets its answer, new clients are turned away, and the code is 0',
  async (signal) => {
    const file = join(temporaryFolder(), 'gatehouse.db');
    const server = await startProcess(slowHash, { file });
    expect((await server.post('/auth/register', person)).status).toBe(201);
    const login = await openRaw(server.url);
    login.socket.write(written('/auth/login', person));
    // Asked later and answered: so the login has been read.
    expect((await server.send({ path: '/healthz' })).status).toBe(200);
    const exited = server.stop(signal);
    expect(await isStopping(server)).toMatchObject({ level: 30, signal });
    expect(await knock(server.url)).toBe('ECONNREFUSED');
    expect(login.received).toBe('');

    expect(await exited).toEqual({ code: 0, signal: null });
    expect(login.answers).toMatchObject([{ status: 200 }]);
    expect(server.log.at(-1)).toMatchObject({ msg: 'stopped' });

    const { session_id } = JSON.parse(String(login.answers[0]?.body)) as Record<string, string>;
    const again = await startProcess({}, { file });
    const check = await again.send({
      path: '/auth/session',
      headers: { 'x-session-id': String(session_id) },
    });
    expect(check.status).toBe(200);
  },
);

test('a request that is still arriving may finish, and is answered', async () => {
  const server = await startProcess();
  expect((await server.post('/auth/register', person)).status).toBe(201);
  const login = await openRaw(server.url);
  const request = written('/auth/login', person);
  login.socket.write(request.slice(0, -1));
  expect((await server.send({ path: '/healthz' })).status).toBe(200);
  const exited = server.stop();
  await isStopping(server);
  login.socket.write(request.slice(-1));
  expect(await within(5_000, exited, 'the end')).toEqual({ code: 0, signal: null });
  expect(login.answers).toMatchObject([{ status: 200 }]);
});

test.concurrent('idle connections do not delay it', async ({ onTestFinished }) => {
  const server = await startProcess({}, { atEnd: onTestFinished });
  const idle = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const raw = await openRaw(server.url);
      // Half of them have asked something, the others nothing yet.
      if (i % 2 === 0) {
        raw.socket.write(written('/healthz'));
        await until(() => raw.answers[0], 'an answer');
      }
      return raw;
    }),
  );
  const exit = await within(3_000, server.stop(), 'the end');
  expect(exit).toEqual({ code: 0, signal: null });
  await Promise.all(idle.map(({ closed }) => closed));
});

test.concurrent('a client that never finishes its request is cut off after 10 seconds', async ({
  onTestFinished,
}) => {
  const server = await startProcess({}, { atEnd: onTestFinished });
  const raw = await openRaw(server.url);
  raw.socket.write(written('/auth/login', person).slice(0, -1));
  expect((await server.send({ path: '/healthz' })).status).toBe(200);
  const askedAt = performance.now();
  const exit = await within(13_000, server.stop(), 'the end');
  expect(exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - askedAt).toBeGreaterThan(9_900);
  await raw.closed;
});

test.concurrent('a second signal ends it at once', async ({ onTestFinished }) => {
  const server = await startProcess({}, { atEnd: onTestFinished });
  const raw = await openRaw(server.url);
  raw.socket.on('error', () => {}).write(written('/auth/login', person).slice(0, -1));
  expect((await server.send({ path: '/healthz' })).status).toBe(200);
  server.child.kill('SIGTERM');
  await isStopping(server);
  // The second delivery of one signal, as a terminal and npm make it, is not impatience.
  server.child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(server.child.exitCode).toBeNull();
  expect(await within(3_000, server.stop(), 'the end')).toEqual({ code: 1, signal: null });
});

test.concurrent.for(['1', '2'])(
  'B2: with a delay, a server of %s workers answers 503 at /readyz and everything else until the port is closed',
  async (workers, { onTestFinished }) => {
    const settings = { GATEHOUSE_STOP_DELAY_SECONDS: '2', GATEHOUSE_WORKERS: workers };
    const server = await startProcess(settings, { atEnd: onTestFinished });
    expect((await server.post('/auth/register', person)).status).toBe(201);
    const idle = await openRaw(server.url);
    const stoppedAt = performance.now();
    const exited = server.stop();
    await isStopping(server);
    await until(
      async () => ((await server.send({ path: '/readyz' })).status === 503 ? true : undefined),
      '503 at /readyz',
    );
    const login = await server.post('/auth/login', person);
    expect([login.status, login.headers['connection']]).toEqual([200, 'close']);
    idle.socket.write(written('/auth/login', person));
    await idle.closed;
    expect(idle.answers).toMatchObject([{ status: 200 }]);
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    expect(await within(6_000, exited, 'the end')).toEqual({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeGreaterThan(1_900);
    expect(server.log.filter(({ level }) => Number(level) > 40)).toEqual([]);
  },
);

test('nothing that was answered is lost when the end comes in the middle of many writes', async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const server = await startProcess({ GATEHOUSE_THROTTLE: 'off' }, { file });
  const client = openClient(server.url, 8);
  const ledger = new Ledger();
  const write = async (writer: number): Promise<never> => {
    for (let i = 0; ; i += 1) {
      const owner: Owner = {
        contract: 'rest',
        name: `w${writer}.${i}@example.com`,
        password: person.password,
      };
      await ledger.register(client, owner);
      await ledger.logout(client, 'rest', await ledger.login(client, owner));
    }
  };
  const ends = Array.from({ length: 8 }, (_, writer) => write(writer).catch((error: Error) => error));
  await until(() => (ledger.accounts.length > 50 ? true : undefined), 'fifty registrations');
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  // Every request was answered rightly or not at all: what came too late found the connection closed.
  for (const error of await Promise.all(ends)) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|ECONNREFUSED|EPIPE)$/) });
  }
  client.close();

  const again = await startProcess({ GATEHOUSE_THROTTLE: 'off' }, { file });
  const asking = openClient(again.url, 8);
  expect(await ledger.broken(asking)).toEqual([]);
  asking.close();
});
