/** How often a password may be guessed, on one account and from one network (ruling G16). */

import { expect, test } from 'vitest';
import {
  ann,
  contracts,
  isAlive,
  joe,
  login,
  newSession,
  register,
  rest,
  type WireContract,
} from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A guess that is wrong; the status is 401 while guesses are counted, 429 once there are too many. */
async function guess(
  server: TestServer,
  contract: WireContract,
  identifier: string = joe.username,
): Promise<number> {
  return (await login(server, contract, identifier, 'wrong password')).status;
}

async function guesses(server: TestServer, contract: WireContract, times: number, identifier?: string) {
  const statuses: number[] = [];
  for (let i = 0; i < times; i += 1) statuses.push(await guess(server, contract, identifier));
  return statuses;
}

/** Shortens the queue before the hashes, which starts out expecting slow ones. */
async function warmUp(server: TestServer): Promise<void> {
  for (let i = 0; i < 20; i += 1) await newSession(server, rest);
}

test.each(contracts)(
  'G16: through $name the tenth failure is answered and the eleventh attempt is throttled',
  async (contract) => {
    const server = await startServer();
    await register(server, joe.username, joe.password);
    expect(await guesses(server, contract, 11)).toEqual([...Array(10).fill(401), 429]);
    const refused = await login(server, contract, joe.username, joe.password);
    expect(refused.status).toBe(429);
    expect(refused.headers['set-cookie']).toBeUndefined();
  },
);

test('G16: the limit follows its setting, on both sides of it', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '3/1m' });
  await register(server, joe.username, joe.password);
  await register(server, 'jim', joe.password);
  expect(await guesses(server, rest, 2)).toEqual([401, 401]);
  expect((await login(server, rest, joe.username, joe.password)).status).toBe(200);
  expect(await guesses(server, rest, 3, 'jim')).toEqual([401, 401, 401]);
  expect((await login(server, rest, 'jim', joe.password)).status).toBe(429);
});

test.each([
  ['a username', 'JoeCool', ['joecool', 'JOECOOL', 'JoeCool', 'jOECOOL']],
  ['an e-mail address', 'Ann@Example.com', ['ann@example.com', 'ANN@EXAMPLE.COM', 'Ann@example.COM']],
  ['an unknown name', undefined, ['nobody', 'NOBODY', 'NoBody']],
])('G16: all contracts and all spellings of %s share one count', async (_, registered, spellings) => {
  const server = await startServer();
  if (registered !== undefined) await register(server, registered, joe.password);
  const statuses: number[] = [];
  for (let i = 0; i < 11; i += 1) {
    const contract = contracts[i % contracts.length] ?? rest;
    statuses.push(await guess(server, contract, spellings[i % spellings.length]));
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429]);
  for (const contract of contracts) {
    for (const spelling of spellings) expect(await guess(server, contract, spelling)).toBe(429);
  }
});

/**
 * Fifty guesses at once. On a busy machine a node counts by itself meanwhile (ruling N5), which says nothing about the
 * count of the store: then they are made again, at another server.
 */
async function fiftyGuesses(
  environment: Readonly<Record<string, string>>,
  nameOf: (i: number) => string | undefined,
): Promise<number[]> {
  for (let tries = 1; ; tries += 1) {
    const server = await startServer(environment);
    await register(server, joe.username, joe.password);
    await warmUp(server);
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, i) => guess(server, contracts[i % 3] ?? rest, nameOf(i))),
    );
    const isAlone = server.log.some(({ message }) => message.includes('this node counts by itself'));
    if (!isAlone || tries === 5) return statuses;
    await server.stop();
  }
}

test('G16: of fifty guesses at once exactly ten are tried, over all contracts and spellings', async () => {
  const names = ['joe', 'JOE', 'Joe', 'joE'];
  const statuses = await fiftyGuesses({}, (i) => names[i % 4]);
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(40);
});

test('G16: of fifty guesses at once at fifty names exactly as many are tried as one network may make', async () => {
  const statuses = await fiftyGuesses({ GATEHOUSE_THROTTLE_CLIENT: '21/15m' }, (i) => `nobody${i}`);
  // One registration came before, and twenty logins that were given back.
  expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(30);
});

test('G16: unknown names are throttled like known ones, and answered alike', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  await register(server, joe.username, joe.password);
  server.freeze(1_700_000_000_000);
  for (const contract of contracts) {
    await guesses(server, contract, 2);
    await guesses(server, contract, 2, 'nobody');
    const known = await login(server, contract, joe.username, joe.password);
    const unknown = await login(server, contract, 'nobody', joe.password);
    expect([known.status, unknown.status]).toEqual([429, 429]);
    expect(contract.errorIn(unknown)).toBe(contract.errorIn(known));
    expect(unknown.headers['retry-after']).toBe(known.headers['retry-after']);
  }
});

test('G16: names that no account can have are counted too', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '1/15m' });
  for (const name of ['', 'not / an / identifier', 'x'.repeat(10_000), '\uD800', 'joe\0']) {
    expect(await guesses(server, rest, 2, name)).toEqual([401, 429]);
  }
});

test('G16: a success returns its own attempt, and no other', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
  await register(server, joe.username, joe.password);
  expect(await guesses(server, rest, 2)).toEqual([401, 401]);
  for (const contract of [...contracts, ...contracts]) {
    expect((await login(server, contract, joe.username, joe.password)).status).toBe(200);
  }
  expect(await guesses(server, rest, 2)).toEqual([401, 429]);
});

test('G16: a success returns its own attempt to the network too, and registrations are never returned', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_CLIENT: '5/15m' });
  expect((await register(server, joe.username, joe.password)).status).toBe(200);
  expect((await register(server, ann.email, ann.password)).status).toBe(201);
  for (const contract of [...contracts, ...contracts, ...contracts]) {
    expect((await login(server, contract, joe.username, joe.password)).status).toBe(200);
  }
  // Of five, the two registrations are counted still.
  expect(await guesses(server, rest, 1, 'nobody')).toEqual([401]);
  expect(await guesses(server, rest, 2, 'somebody')).toEqual([401, 401]);
  for (const contract of contracts)
    expect((await login(server, contract, 'joe', joe.password)).status).toBe(429);
  for (const refused of [
    await register(server, 'jim', joe.password),
    await register(server, 'bob@example.com', ann.password),
  ]) {
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(refused.cookie).toBeUndefined();
  }
});

test('G16: one valid account behind a network does not empty the count of its guesses', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_CLIENT: '6/15m' });
  await register(server, joe.username, joe.password);
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    for (const contract of contracts)
      statuses.push((await login(server, contract, joe.username, joe.password)).status);
    statuses.push(await guess(server, rest, `nobody${n}`));
  }
  const heard = [200, 200, 200, 401];
  expect(statuses).toEqual([...heard, ...heard, ...heard, ...heard, ...heard, 429, 429, 429, 429]);
});

test('G16: of many successes and failures at once each is counted correctly', async () => {
  const server = await startServer({
    GATEHOUSE_THROTTLE_CLIENT: '60/15m',
    GATEHOUSE_THROTTLE_ACCOUNT: '30/15m',
  });
  await register(server, joe.username, joe.password);
  await warmUp(server);
  const statuses = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      n % 2 === 0
        ? login(server, contracts[n % 3] ?? rest, joe.username, joe.password).then(({ status }) => status)
        : guess(server, contracts[n % 3] ?? rest, `nobody${n}`),
    ),
  );
  expect(statuses).toEqual(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 200 : 401)));
  // One registration and twenty failures: 39 of sixty are left.
  const more = await Promise.all(Array.from({ length: 50 }, (_, n) => guess(server, rest, `somebody${n}`)));
  expect(more.filter((status) => status === 401)).toHaveLength(39);
});

test('G16: an attempt that is refused for its form is not counted', async () => {
  const server = await startServer({
    GATEHOUSE_THROTTLE_CLIENT: '2/15m',
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
  });
  for (let i = 0; i < 5; i += 1) {
    expect((await server.post('/auth/login', { email: joe.username })).status).toBe(400);
    expect((await register(server, '?', joe.password)).status).toBe(400);
    expect((await register(server, joe.username, 'short')).status).toBe(400);
  }
  expect((await register(server, joe.username, joe.password)).status).toBe(200);
  expect((await login(server, rest, joe.username, joe.password)).status).toBe(200);
});

test('G16: live sessions are not affected', async () => {
  const server = await startServer({
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
    GATEHOUSE_THROTTLE_CLIENT: '3/15m',
  });
  await register(server, joe.username, joe.password);
  const ids = [];
  for (const contract of contracts) ids.push(await newSession(server, contract));
  await guesses(server, rest, 3);
  expect(await guess(server, rest, 'somebody')).toBe(401);
  expect(await guess(server, rest, 'somebody else')).toBe(429);
  for (const id of ids) expect(await isAlive(server, id)).toBe(true);
  for (const [index, contract] of contracts.entries()) {
    expect((await contract.logout(server, ids[index] ?? '')).status).toBe(contract.ended);
  }
});

test('G16: switched off, nothing is counted', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off', GATEHOUSE_THROTTLE_ACCOUNT: '1/15m' });
  await register(server, joe.username, joe.password);
  expect(await guesses(server, rest, 5)).toEqual(Array(5).fill(401));
});
