/** Owner and attacker told apart: known devices over HTTP. */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { bytesOnDisk } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const limit = 3;
const environment = { GATEHOUSE_THROTTLE_ACCOUNT: `${limit}/15m` };
const ada = { email: 'ada@example.com', password: 'supersecure' };
const eve = { email: 'eve@example.com', password: 'supersecure' };

function deviceOf(answer: Answer): string {
  const line = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('gatehouse_device=')) ?? '';
  return /^gatehouse_device=([^;]+)/.exec(line)?.[1] ?? '';
}

function login(server: TestServer, who: { email: string; password: string }, device?: string) {
  return server.post(
    '/auth/login',
    who,
    device === undefined ? {} : { cookie: `gatehouse_device=${device}` },
  );
}

async function exhaust(server: TestServer, device?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i <= limit; i += 1) {
    statuses.push((await login(server, { ...ada, password: 'wrong guess' }, device)).status);
  }
  return statuses;
}

test('P10: the cookie has a name of its own, is out of reach of scripts, and lasts a year', async () => {
  const server = await startServer();
  const { headers } = await server.post('/auth/register', ada);
  const line = headers['set-cookie']?.find((cookie) => cookie.startsWith('gatehouse_device='));
  expect(line).toMatch(
    /^gatehouse_device=[a-z0-9]{26}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test("P10: strangers' failures leave the owner's known device an allowance, which is bounded too", async () => {
  const server = await startServer(environment);
  const device = deviceOf(await server.post('/auth/register', ada));
  expect(await exhaust(server)).toEqual([401, 401, 401, 429]);
  expect((await login(server, ada)).status).toBe(429);
  expect((await login(server, ada, device)).status).toBe(200);
  expect(await exhaust(server, device)).toEqual([401, 401, 401, 429]);
});

test("P10: strangers' failures in the owner's network leave a known device its own allowance, and nobody else one", async () => {
  const server = await startServer({ ...environment, GATEHOUSE_THROTTLE_CLIENT: '100/15m' });
  const device = deviceOf(await server.post('/auth/register', ada));
  const attacker = deviceOf(await server.post('/auth/register', eve));
  const guessAt = async (n: number) =>
    (await login(server, { email: `nobody${n}@example.com`, password: 'wrong guess' }, attacker)).status;
  const statuses: number[] = [];
  for (let n = 0; n < 100; n += 1) statuses.push(await guessAt(n));
  // Two registrations came before.
  expect(statuses).toEqual([...Array(98).fill(401), 429, 429]);
  expect((await login(server, ada)).status).toBe(429);
  expect((await login(server, ada, attacker)).status).toBe(429);
  for (let n = 0; n < 2 * limit; n += 1) expect((await login(server, ada, device)).status).toBe(200);
  expect(await exhaust(server, device)).toEqual([401, 401, 401, 429]);
  // Its own allowance is for its own account.
  expect((await login(server, eve, device)).status).toBe(429);
});

test("P10: the attacker's own device does not help, nor one made up, nor one planted in the owner's browser", async () => {
  const server = await startServer(environment);
  await server.post('/auth/register', ada);
  const attacker = deviceOf(await server.post('/auth/register', eve));
  // The owner logs in with the attacker's device id in the browser: a new id is added, the planted one stays nothing.
  const carried = deviceOf(await login(server, ada, attacker)).split('.');
  expect(carried).toHaveLength(2);
  expect(carried[1]).toBe(attacker);
  await exhaust(server);
  for (const device of [attacker, 'a'.repeat(26), '', `${attacker}.${attacker}`]) {
    expect((await login(server, ada, device)).status).toBe(429);
  }
  expect((await login(server, ada, carried[0])).status).toBe(200);
});

test('P10: a browser that two people share knows both', async () => {
  const server = await startServer(environment);
  const first = deviceOf(await server.post('/auth/register', ada));
  const both = deviceOf(await server.post('/auth/register', eve, { cookie: `gatehouse_device=${first}` }));
  expect(both.split('.')).toHaveLength(2);
  await exhaust(server);
  expect((await login(server, ada, both)).status).toBe(200);
});

test('P10: a device that was not used for a year is known no more', async () => {
  const server = await startServer({ ...environment, GATEHOUSE_SESSION_LIFETIME_SECONDS: '31536000' });
  const device = deviceOf(await server.post('/auth/register', ada));
  server.advance(365 * 86_400_000 + 1_000);
  await exhaust(server);
  expect((await login(server, ada, device)).status).toBe(429);
});

test('P10: the ids of devices are kept as hashes only', async () => {
  const server = await startServer();
  const device = deviceOf(await server.post('/auth/register', ada));
  const bytes = await bytesOnDisk(server);
  expect(bytes.includes(ada.email)).toBe(true);
  expect(bytes.includes(device)).toBe(false);
});
