/** How long attempts are counted: to the end of their window, over restarts, and no longer (ruling G16). */

import { expect, test } from 'vitest';
import { joe, login, register, rest, type WireContract } from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const minute = 60_000;

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

test('G16: a window ends when Retry-After says, to the second, and starts anew', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '1/15m' });
  server.freeze(1_700_000_000_500);
  await register(server, joe.username, joe.password);
  const retryAfter = async () =>
    (await login(server, rest, joe.username, joe.password)).headers['retry-after'];
  await guess(server, rest);
  expect(await retryAfter()).toBe('900');
  server.advance(5 * minute);
  // A refused attempt is not counted and does not prolong anything.
  expect(await retryAfter()).toBe('600');
  server.advance(10 * minute - 999);
  expect(await retryAfter()).toBe('1');
  server.advance(998);
  expect(await retryAfter()).toBe('1');
  server.advance(1);
  expect(await guesses(server, rest, 2)).toEqual([401, 429]);
  expect(await retryAfter()).toBe('900');
});

test('G16: counts survive a restart', async () => {
  const settings = { GATEHOUSE_THROTTLE_ACCOUNT: '2/15m', GATEHOUSE_THROTTLE_CLIENT: '5/15m' };
  const before = await startServer(settings);
  await register(before, joe.username, joe.password);
  await guesses(before, rest, 2);
  await before.stop();
  const after = await startServer(settings, before.file);
  expect(await guess(after, rest)).toBe(429);
  expect(await guesses(after, rest, 3, 'nobody')).toEqual([401, 401, 429]);
  expect(await guess(after, rest, 'somebody else')).toBe(429);
});

test('G16: windows that have ended are removed, those that count are kept', async () => {
  const server = await startServer({ GATEHOUSE_SWEEP_SECONDS: '1', GATEHOUSE_THROTTLE_CLIENT: '100/1h' });
  server.freeze(1_700_000_000_000);
  await guesses(server, rest, 3, 'nobody');
  await guesses(server, rest, 3, 'somebody');
  expect(await countRows(server, 'throttle')).toBe(3);
  server.advance(15 * minute);
  await expect.poll(() => countRows(server, 'throttle'), { timeout: 5_000 }).toBe(1);
});
