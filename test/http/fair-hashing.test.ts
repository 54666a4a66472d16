/** A flood of logins from one network leaves the others their share of the hashing (ruling G16). */

import { request } from 'node:http';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { login, register, rest } from '../support/contracts.ts';
import { isFull } from '../support/length.ts';
import { startServer, type TestServer } from '../support/server.ts';

const joe = { email: 'joe@example.com', password: 'supersecure' };
const wrong = JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' });

/** Hashes that cost what they cost in earnest, so that the queue is as short as it is there. */
const environment = { GATEHOUSE_THROTTLE: 'off', GATEHOUSE_PBKDF2_ITERATIONS: '220000' };

/** The line holds two seconds of hashes, of which one takes a core at least a thirtieth of a second. */
const moreThanFit = 60 * availableParallelism() + 40;

/** How many logins of the other network have to be answered; each waits for its turn in a full queue. */
const heard = isFull ? 6 : 2;

/** Where a request comes from: a loopback address of its own, or what a trusted proxy says. */
type From = { readonly localAddress?: string; readonly headers?: Readonly<Record<string, string>> };

/** Logs in from somewhere; resolves with the status. */
function loginFrom(
  server: TestServer,
  { localAddress, headers }: From,
  body: string,
  signal?: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${server.url}/auth/login`,
      {
        method: 'POST',
        agent: false,
        localAddress,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          ...headers,
        },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
    );
    asked.on('error', reject).end(body);
  });
}

/**
 * Keeps so many logins with a wrong password under way until it is stopped, when all of their clients leave; collects how
 * they were answered.
 */
function flood(server: TestServer, from: From, atOnce: number) {
  const statuses: number[] = [];
  const leaving = new AbortController();
  const { signal } = leaving;
  const one = async () => {
    while (!signal.aborted) statuses.push(await loginFrom(server, from, wrong, signal));
  };
  const all = Promise.allSettled(Array.from({ length: atOnce }, one));
  const stop = async () => {
    leaving.abort();
    const broken = (await all).filter(({ status }) => status === 'rejected');
    for (const { reason } of broken as PromiseRejectedResult[]) expect(reason.name).toBe('AbortError');
    return statuses;
  };
  onTestFinished(async () => void (await stop()));
  return { statuses, stop };
}

const places: readonly [string, Readonly<Record<string, string>>, From, From][] = [
  ['from two loopback addresses', {}, { localAddress: '127.0.0.1' }, { localAddress: '127.0.0.2' }],
  [
    'through a trusted proxy',
    { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' },
    { headers: { 'x-forwarded-for': '203.0.113.66' } },
    { headers: { 'x-forwarded-for': '198.51.100.7' } },
  ],
];

test.each(places)(
  'G16: %s, every login of one network is tried while another floods the queue',
  { timeout: 120_000 },
  async (_, settings, bad, good) => {
    const server = await startServer({ ...environment, ...settings });
    await register(server, joe.email, joe.password);
    const flooding = flood(server, bad, moreThanFit);
    // The line is full: some of the flood are refused.
    await expect.poll(() => flooding.statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
    const outcomes: number[] = [];
    for (let n = 0; n < heard; n += 1) outcomes.push(await loginFrom(server, good, JSON.stringify(joe)));
    const refusedAfter = flooding.statuses.length;
    expect(outcomes).toEqual(Array(heard).fill(200));
    // The flood was on all the while, and got its share as well: it is refused or heard, and nothing else.
    const statuses = await flooding.stop();
    expect(statuses.slice(0, refusedAfter)).toContain(503);
    expect(new Set(statuses)).toEqual(new Set([401, 503]));
  },
);

test('G16: many clients behind one address may use the whole queue while no other network needs it', async () => {
  const server = await startServer({ ...environment, GATEHOUSE_PBKDF2_ITERATIONS: '1000' });
  await register(server, joe.email, joe.password);
  for (let n = 0; n < 20; n += 1) await login(server, rest, joe.email, joe.password);
  const statuses = await Promise.all(
    Array.from({ length: 200 }, () => loginFrom(server, { localAddress: '127.0.0.3' }, JSON.stringify(joe))),
  );
  expect(statuses).toEqual(Array(200).fill(200));
});

test('G16: before its body is read, a login is refused to the network that floods, and to no other', async () => {
  const server = await startServer(environment);
  await register(server, joe.email, joe.password);
  const flooding = flood(server, { localAddress: '127.0.0.1' }, moreThanFit);
  await expect.poll(() => flooding.statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
  const head = `POST /auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n`;
  /** Sends a head without its body; what came back within a while. */
  const headFrom = async (localAddress: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port), localAddress });
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.write(head);
    for (let n = 0; n < 100 && received === ''; n += 1) await wait(20);
    socket.destroy();
    return received.split('\r\n')[0] ?? '';
  };
  const [bad, good] = [await headFrom('127.0.0.1'), await headFrom('127.0.0.2')];
  expect(bad).toBe('HTTP/1.1 503 Service Unavailable');
  // It waits for the body.
  expect(good).toBe('');
});
