/** Which network a client is counted under, and whose word is taken for it (ruling G16). */

import { expect, test } from 'vitest';
import { contracts, login, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

let names = 0;

/** A guess at a name never tried before, so that only the network counts. */
async function guessFrom(server: TestServer, forwardedFor: string | string[], headers = {}): Promise<number> {
  names += 1;
  const from = { 'x-forwarded-for': forwardedFor, ...headers };
  return (await login(server, contracts[names % 3] ?? rest, `nobody${names}`, 'wrong password', from)).status;
}

const behindProxy = {
  GATEHOUSE_THROTTLE_CLIENT: '1/15m',
  GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8, fd00::/8',
};

/** Whether a guess from the second place is counted together with one from the first. */
async function shareACount(first: string | string[], second: string | string[]): Promise<boolean> {
  const server = await startServer(behindProxy);
  expect(await guessFrom(server, first)).toBe(401);
  return (await guessFrom(server, second)) === 429;
}

test('G16: without trusted proxies no header changes the network of a client', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_CLIENT: '1/15m' });
  expect(await guessFrom(server, '192.0.2.1')).toBe(401);
  expect(await guessFrom(server, '192.0.2.2')).toBe(429);
  expect(await guessFrom(server, '2001:db8::1')).toBe(429);
  for (const header of [
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'x-forwarded-host',
  ]) {
    expect(await guessFrom(server, '', { [header]: '192.0.2.3' })).toBe(429);
  }
  expect(await guessFrom(server, '', { forwarded: 'for=192.0.2.3' })).toBe(429);
});

test('G16: a proxy that is not on the list is a client like any other', async () => {
  const server = await startServer({ ...behindProxy, GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8' });
  expect(await guessFrom(server, '192.0.2.1')).toBe(401);
  expect(await guessFrom(server, '192.0.2.2')).toBe(429);
});

test.each([
  ['one IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['one IPv4 address in two notations', '192.0.2.1', '::ffff:192.0.2.1'],
  ['two addresses of one IPv6 /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
  ['one IPv6 address in two notations', '2001:db8::1', '2001:0DB8:0000:0000:0000:0000:0000:0001'],
  ['one client with invented hops before it', '192.0.2.1', '203.0.113.9, 198.51.100.7, 192.0.2.1'],
  ['one client through one proxy and through two', '192.0.2.1', '192.0.2.1, 10.1.2.3'],
  ['one client, spaced differently', '192.0.2.1,10.1.2.3', ' 192.0.2.1 ,\t10.1.2.3 '],
  ['one client behind an IPv6 proxy', '192.0.2.1', '192.0.2.1, fd12:3456::1'],
  ['one client who wrote nonsense before', '192.0.2.1', 'nonsense, 192.0.2.1'],
  ['two clients behind a proxy that says nothing usable', 'nonsense', 'unknown'],
  ['one IPv4 client with and without its port', '192.0.2.1', '192.0.2.1:51234'],
  ['one IPv6 client with and without brackets', '2001:db8::1', '[2001:db8::1]'],
  ['one IPv6 client with and without its port', '2001:db8::1', '[2001:db8::1]:443'],
  ['one client with and without quotes', '2001:db8::1', '"[2001:db8::1]:443"'],
  ['one client with and without empty elements', '192.0.2.1', ',, 192.0.2.1, ,\t, 10.1.2.3 ,'],
  ['one client with and without NAT64', '192.0.2.1', '64:ff9b::c000:201'],
  ['one client behind a proxy with and without NAT64', '192.0.2.1', '192.0.2.1, 64:ff9b::10.1.2.3'],
  ['one client behind a proxy in two notations', '192.0.2.1', '192.0.2.1, [::ffff:10.1.2.3]:80'],
])('G16: %s share a count', async (_, first, second) => {
  expect(await shareACount(first, second)).toBe(true);
});

test.each([
  ['two neighbouring IPv4 addresses', '192.0.2.1', '192.0.2.2'],
  ['two neighbouring IPv6 /64', '2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['two clients behind one proxy', '192.0.2.1, 10.1.2.3', '192.0.2.2, 10.1.2.3'],
  ['two clients who claim to be one', '192.0.2.1, 198.51.100.1', '192.0.2.1, 198.51.100.2'],
  ['two clients behind a proxy that writes ports', '192.0.2.1:51234', '192.0.2.2:51234'],
  ['two IPv4 clients behind NAT64', '64:ff9b::192.0.2.1', '64:ff9b::192.0.2.2'],
  [
    'two clients who claim to be one, with ports',
    '192.0.2.1:1, 198.51.100.1:1',
    '192.0.2.1:1, 198.51.100.2:1',
  ],
])('G16: %s do not share a count', async (_, first, second) => {
  expect(await shareACount(first, second)).toBe(false);
});

test('G16: of several X-Forwarded-For headers the last one was written last', async () => {
  expect(await shareACount('192.0.2.1', ['203.0.113.9', '192.0.2.1'])).toBe(true);
  expect(await shareACount(['192.0.2.1', '203.0.113.1'], ['192.0.2.1', '203.0.113.2'])).toBe(false);
});

test('G16: one account is one count, from however many networks', async () => {
  const server = await startServer({ ...behindProxy, GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
  const statuses: number[] = [];
  for (let i = 1; i <= 4; i += 1) {
    const from = { 'x-forwarded-for': `192.0.2.${i}` };
    statuses.push((await login(server, rest, 'nobody', 'wrong password', from)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429]);
});

test('G16: an attempt refused for the account is not counted against the network either', async () => {
  const server = await startServer({
    GATEHOUSE_THROTTLE_CLIENT: '2/15m',
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
  });
  const statuses: number[] = [];
  for (const name of ['nobody', 'nobody', 'nobody', 'somebody', 'another']) {
    statuses.push((await login(server, rest, name, 'wrong password')).status);
  }
  expect(statuses).toEqual([401, 429, 429, 401, 429]);
});
