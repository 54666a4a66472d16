/** Known devices over HTTP: they separate an owner from attackers. */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { bytesOnDisk, setTrap } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const limit = 3;
const environment = { GATEHOUSE_THROTTLE_ACCOUNT: `${limit}/15m` };
const ada = { email: 'ada@example.com', password: 'supersecure' };
const eve = { email: 'eve@example.com', password: 'supersecure' };

function deviceOf(answer: Answer): string {
  const line =
    answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('__Host-gatehouse_device=')) ?? '';
  return /^__Host-gatehouse_device=([^;]+)/.exec(line)?.[1] ?? '';
}

function login(server: TestServer, who: { email: string; password: string }, device?: string) {
  return server.post(
    '/auth/login',
    who,
    device === undefined ? {} : { cookie: `__Host-gatehouse_device=${device}` },
  );
}

async function exhaust(server: TestServer, device?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i <= limit; i += 1) {
    statuses.push((await login(server, { ...ada, password: 'wrong guess' }, device)).status);
  }
  return statuses;
}

/** A server where strangers have filled ada's account, and the value of the cookie that her browser carries. */
async function besieged(debug: boolean) {
  const server = await startServer({ ...environment, ...(debug && { GATEHOUSE_DEBUG: 'true' }) });
  const registered = await server.post('/auth/register', ada);
  const line = registered.headers['set-cookie']?.find((cookie) => cookie.includes('gatehouse_device='));
  const [name = '', value = ''] = (line ?? '').split(';')[0]?.split('=') ?? [];
  await exhaust(server);
  const statusWith = async (cookie: string) => (await server.post('/auth/login', ada, { cookie })).status;
  return { name, value, statusWith };
}

const madeUp = (count: number, letter: string) =>
  Array.from({ length: count }, (_, n) => letter + String(n).padStart(25, '0')).join('.');

test('P10: outside debug mode the plain name, which another host can set, is ignored', async () => {
  const { name, value, statusWith } = await besieged(false);
  expect(name).toBe('__Host-gatehouse_device');
  expect(await statusWith(`gatehouse_device=${value}`)).toBe(429);
  expect(await statusWith(`__host-gatehouse_device=${value}`)).toBe(429);
  expect(await statusWith(`gatehouse_device=${madeUp(4, 'a')}; ${name}=${value}`)).toBe(200);
});

test.each([
  ['in debug mode', true, 'gatehouse_device'],
  ['outside debug mode', false, '__Host-gatehouse_device'],
])(
  'P10: %s a cookie of the same name beside the real one hides none of its ids',
  async (_, debug, expected) => {
    const { name, value, statusWith } = await besieged(debug);
    expect(name).toBe(expected);
    const real = `${name}=${value}`;
    const fourth = `${name}=${madeUp(3, 'b')}.${value}`;
    const planted = (...ids: string[]) => ids.map((id) => `${name}=${id}`).join('; ');
    // The first of each cookie is looked at before the second of any, and eight are looked at in all.
    expect(await statusWith(`${planted(madeUp(4, 'a'))}; ${fourth}`)).toBe(200);
    expect(await statusWith(`${fourth}; ${planted(madeUp(4, 'a'))}`)).toBe(200);
    expect(await statusWith(`${planted(madeUp(400, 'a'))}; ${real}`)).toBe(200);
    expect(await statusWith(`${planted(value, value, value)}; ${real}`)).toBe(200);
    expect(await statusWith(`${planted('', '..', 'x', `${'A'.repeat(26)}`)}; ${real}`)).toBe(200);
    const seven = [...'cdefghi'].map((letter) => madeUp(4, letter));
    expect(await statusWith(`${planted(...seven)}; ${real}`)).toBe(200);
    expect(await statusWith(`${planted(...seven, madeUp(4, 'j'))}; ${real}`)).toBe(429);
    // Nor is the fifth id of one cookie.
    expect(await statusWith(`${name}=${madeUp(4, 'a')}.${value}`)).toBe(429);
    expect(await statusWith(fourth)).toBe(200);
  },
);

test("P10: strangers' failures leave the owner's known device an allowance, which is bounded too", async () => {
  const server = await startServer(environment);
  const device = deviceOf(await server.post('/auth/register', ada));
  expect(await exhaust(server)).toEqual([401, 401, 401, 429]);
  expect((await login(server, ada)).status).toBe(429);
  expect((await login(server, ada, device)).status).toBe(200);
  expect(await exhaust(server, device)).toEqual([401, 401, 401, 429]);
});

test("P10: strangers' failures in the owner's network leave a known device its own allowance, and no other", async () => {
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
  const both = deviceOf(
    await server.post('/auth/register', eve, { cookie: `__Host-gatehouse_device=${first}` }),
  );
  expect(both.split('.')).toHaveLength(2);
  await exhaust(server);
  expect((await login(server, ada, both)).status).toBe(200);
});

test('P10: a device that was not used for a year is no longer known', async () => {
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

test('P10: if a device cannot be recorded, the login is answered with its session, and the device keeps its ids', async () => {
  const server = await startServer();
  await server.post('/auth/register', ada);
  await setTrap(server, 'cut', { at: 'BEFORE INSERT ON devices' });
  const device = 'a'.repeat(26);
  for (const answer of [
    await login(server, ada, device),
    await server.post(
      '/login.json',
      { username: ada.email, password: ada.password },
      {
        cookie: `__Host-gatehouse_device=${device}`,
      },
    ),
    await server.post('/auth/register', eve),
  ]) {
    expect([200, 201]).toContain(answer.status);
    expect(deviceOf(answer)).toMatch(answer.status === 200 ? /^a{26}$/ : /^[a-z0-9]{26}$/);
    const checked = await server.send({
      path: '/auth/session',
      headers: { 'x-session-id': answer.cookie ?? '' },
    });
    expect(checked.status).toBe(200);
  }
});
