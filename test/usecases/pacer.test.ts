/** Long work takes two fifths of the event loop's time at most, and comes to an end. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Sessions } from '../../src/concepts/sessions/sessions.ts';
import { digest } from '../../src/crypto/ids.ts';
import { startSweeping } from '../../src/maintenance/periodic-tasks.ts';
import { Pacer } from '../../src/usecases/pacer.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import { findSession } from '../storage/conformance/case.ts';
import { addSessions } from '../support/large.ts';
import { caller, contextOf, granted, openServices } from '../support/services.ts';
import { makeAccount } from '../support/sqlite.ts';

/** Keeps the event loop busy. */
function work(ms: number): void {
  for (const endAt = performance.now() + ms; performance.now() < endAt; );
}

/** Works in pieces, and returns how long it took. */
async function paced(pacer: Pacer, pieces: number, ms: number): Promise<void> {
  const pause = pacer.begin();
  for (let piece = 0; piece < pieces; piece += 1) {
    work(ms);
    await pause();
  }
}

test('long work pauses for one and a half times as long as it works', async () => {
  const startedAt = performance.now();
  await paced(new Pacer(), 5, 20);
  expect(performance.now() - startedAt).toBeGreaterThan(5 * 2.5 * 20 - 10);
});

test('however much work there is at once, other requests have three fifths of the time', async () => {
  const pacer = new Pacer();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 4 }, () => paced(pacer, 5, 10)));
  // The first pieces come at once, and the last rests are not waited for.
  expect(performance.now() - startedAt).toBeGreaterThan(4 * 5 * 2.5 * 10 - 4 * 2.5 * 10);
});

test('no step waits long for a long step', async () => {
  const pacer = new Pacer();
  await Promise.all([paced(pacer, 1, 1_000), paced(pacer, 1, 1)]);
  const startedAt = performance.now();
  await paced(pacer, 2, 1);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test('P3: the end of hundreds of sessions pauses after each step but the last', async () => {
  const { store } = await openServices();
  await makeAccount(store, 'joe');
  await addSessions(store, 'joe', 450, 1_000);
  const left: number[] = [];
  const rules = { idleSeconds: 604_800, lifetimeSeconds: 2_592_000, browserSeconds: 86_400, maxPerUser: 0 };
  const sessions = new Sessions(store.sessions, rules, () => async () => {
    left.push((await store.sessions.ofUser('joe', { before: undefined, limit: 1_000 })).length);
  });
  expect(await sessions.endAll('joe', undefined, contextOf('logout', 'ok'))).toBe(450);
  expect(left).toEqual([350, 250, 150, 50]);
  expect(await findSession(store.sessions, digest('none'))).toBeUndefined();
});

test('a sweep that takes longer than its interval does not overlap with the next', async () => {
  const services = await openServices();
  const begun = await registerAndLogin(
    services,
    { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' },
    'uuid',
    caller(),
  );
  const { id } = granted(begun);
  const { user } = granted(await check(services, id, caller().now));
  // Dead long ago: three steps of the sweep, with two pauses.
  await addSessions(services.store, user.id, 450, 1_000);
  let [pausing, mostAtOnce, sweeps] = [0, 0, 0];
  class Slow extends Pacer {
    override begin() {
      sweeps += 1;
      return async () => {
        pausing += 1;
        mostAtOnce = Math.max(mostAtOnce, pausing);
        await sleep(1_500);
        pausing -= 1;
      };
    }
  }
  const log = { info: () => {}, error: () => {} };
  const sweeping = startSweeping({ ...services, pacer: new Slow() }, 1, log, Date.now, async () => {});
  onTestFinished(() => sweeping.stop());
  const left = async () =>
    (await services.store.sessions.ofUser(user.id, { before: undefined, limit: 1_000 })).length;
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
  expect([mostAtOnce, sweeping.counts.failed]).toEqual([1, 0]);
  // The next one comes once this one is over.
  const before = sweeps;
  await expect.poll(() => sweeps, { timeout: 20_000 }).toBeGreaterThan(before);
});
