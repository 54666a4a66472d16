/** Throttle: an attempt is counted before it is made, refused if the window is full, and returned by a success. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Throttle, type ThrottleRules } from '../../src/concepts/throttle.ts';
import { openStore, otherConnection } from '../support/sqlite.ts';

const minute = 60_000;
const start = 1_700_000_000_000;
const home = '192.0.2.1';

function openThrottle(rules: Partial<ThrottleRules> = {}) {
  const store = openStore();
  const throttle = new Throttle(store.throttle, {
    on: true,
    account: { limit: 3, windowMs: minute },
    client: { limit: 5, windowMs: minute },
    ...rules,
  });
  const allows = async (name: string, network = home, now = start) =>
    'refund' in (await throttle.login(name, undefined, network, now));
  return { throttle, store, file: store.file, allows };
}

/** How many of a number of logins are allowed. */
async function allowed(count: number, login: (n: number) => Promise<boolean>): Promise<number> {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += (await login(n)) ? 1 : 0;
  return sum;
}

/** A network for every number, so that only the account is counted. */
const elsewhere = (n: number) => `198.51.100.${n}`;

test('principle: a full window refuses until it ends, and a success returns its own attempt', async () => {
  const { throttle, allows } = openThrottle();
  for (let n = 0; n < 10; n += 1) {
    const success = await throttle.login('ann', undefined, elsewhere(n), start);
    if ('refused' in success) throw new Error('refused though every attempt was given back');
    await success.refund();
  }
  expect(await allowed(10, (n) => allows('joe', elsewhere(n)))).toBe(3);
  expect(await throttle.login('joe', undefined, elsewhere(99), start)).toEqual({
    refused: 'too_many_attempts',
    retryAfterSeconds: 60,
  });
  expect(await allows('joe', elsewhere(99), start + minute - 1)).toBe(false);
  expect(await allows('joe', elsewhere(99), start + minute)).toBe(true);
});

test('guesses made in parallel are counted like any others', async () => {
  const { allows } = openThrottle({ client: { limit: 1_000, windowMs: minute } });
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => allows('joe')));
  expect(outcomes.filter(Boolean)).toHaveLength(3);
});

test('many accounts tried from one network are counted together; other networks are not affected', async () => {
  const { allows } = openThrottle();
  expect(await allowed(10, (n) => allows(`name${n}`))).toBe(5);
  expect(await allows('name1', elsewhere(1))).toBe(true);
});

test('an attempt that one window refuses is counted in neither', async () => {
  const { allows } = openThrottle();
  expect(await allowed(4, () => allows('joe'))).toBe(3);
  // The fourth one took nothing from the network: two of its five are left.
  expect(await allowed(5, (n) => allows(`name${n}`))).toBe(2);
  // Nor did the three refused ones take anything from their accounts.
  expect(await allowed(5, (n) => allows('name4', elsewhere(n)))).toBe(3);
});

test('an attempt is returned once, however often that is asked', async () => {
  const { throttle, allows } = openThrottle();
  expect(await allowed(2, (n) => allows('joe', elsewhere(n)))).toBe(2);
  const success = await throttle.login('joe', undefined, elsewhere(3), start);
  if ('refused' in success) throw new Error('refused within the limit');
  await Promise.all([success.refund(), success.refund()]);
  await success.refund();
  expect(await allowed(5, (n) => allows('joe', elsewhere(10 + n)))).toBe(1);
});

test('a success is returned to the account and to the network, and no other attempt with it', async () => {
  const { throttle, allows } = openThrottle();
  expect(await allowed(2, (n) => allows(`name${n}`))).toBe(2);
  for (let n = 0; n < 20; n += 1) {
    const success = await throttle.login('joe', undefined, home, start);
    if ('refused' in success) throw new Error('refused though every attempt was given back');
    await success.refund();
  }
  // The two failures before them are counted still.
  expect(await allowed(9, (n) => allows(`other${n}`))).toBe(3);
  expect(await allowed(9, (n) => allows('joe', elsewhere(n)))).toBe(3);
});

test('an attempt whose client has left is returned to the account only', async () => {
  const { throttle, allows } = openThrottle();
  for (let n = 0; n < 5; n += 1) {
    const dropped = await throttle.login('joe', undefined, home, start);
    if ('refused' in dropped) throw new Error('refused within the limit');
    await dropped.refundAccount();
    await dropped.refund();
  }
  expect(await allows('joe')).toBe(false);
  expect(await allowed(5, (n) => allows('joe', elsewhere(n)))).toBe(3);
});

test('a known device has one count of its own, instead of those of the account and the network', async () => {
  const { throttle, allows } = openThrottle();
  const onDevice = async (device: string, name = 'joe') =>
    'refund' in (await throttle.login(name, device, home, start));
  expect(await allowed(9, () => onDevice('a'))).toBe(3);
  // It took nothing from the others, and they take nothing from it.
  expect(await allowed(9, () => allows('joe'))).toBe(3);
  expect(await allowed(9, (n) => allows(`name${n}`))).toBe(2);
  expect(await allowed(9, () => onDevice('b'))).toBe(3);
  expect(await allowed(9, () => onDevice('a', 'ann'))).toBe(3);
});

test('a success on a known device is returned to the device', async () => {
  const { throttle } = openThrottle();
  for (let n = 0; n < 10; n += 1) {
    const success = await throttle.login('joe', 'a', home, start);
    if ('refused' in success) throw new Error('refused though every attempt was given back');
    await (n % 2 === 0 ? success.refund() : success.refundAccount());
  }
});

test('an attempt is returned to its own window only', async () => {
  const { throttle, allows } = openThrottle();
  const early = await throttle.login('joe', undefined, elsewhere(0), start);
  expect(await allowed(3, (n) => allows('joe', elsewhere(n), start + minute))).toBe(3);
  if ('refund' in early) await early.refund();
  expect(await allows('joe', elsewhere(9), start + minute)).toBe(false);
});

test('a registration is counted for its network only, together with logins', async () => {
  const { throttle, allows } = openThrottle();
  for (let n = 0; n < 3; n += 1) {
    const counted = await throttle.registration(home, start);
    if ('refused' in counted) throw new Error('refused too early');
    await counted.refund();
  }
  expect(await allowed(5, (n) => allows(`name${n}`))).toBe(2);
  expect(await throttle.registration(home, start)).toMatchObject({ refused: 'too_many_attempts' });
  expect('refund' in (await throttle.registration(elsewhere(1), start))).toBe(true);
});

test('an account and a network of the same name are counted apart', async () => {
  const { allows } = openThrottle({ account: { limit: 1, windowMs: minute } });
  expect(await allows('same', 'same')).toBe(true);
  expect(await allows('other', 'same')).toBe(true);
  expect(await allows('same', 'other')).toBe(false);
});

test('the time to come back is rounded up to whole seconds, and never zero', async () => {
  const { throttle, allows } = openThrottle({ account: { limit: 1, windowMs: minute } });
  expect(await allows('joe')).toBe(true);
  const retryAt = async (now: number) => {
    const outcome = await throttle.login('joe', undefined, home, now);
    return 'refused' in outcome && outcome.retryAfterSeconds;
  };
  expect(await retryAt(start)).toBe(60);
  expect(await retryAt(start + 1)).toBe(60);
  expect(await retryAt(start + 1_000)).toBe(59);
  expect(await retryAt(start + minute - 1)).toBe(1);
});

test('in no window are more attempts allowed than the limit, whenever they come', async () => {
  const { allows } = openThrottle({ client: { limit: 1_000_000, windowMs: minute } });
  let name = 0;
  const gaps = fc.array(fc.integer({ min: 0, max: 25_000 }), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(gaps, async (waits) => {
      name += 1;
      let now = start;
      let window = { startedAt: Number.NEGATIVE_INFINITY, attempts: 0 };
      for (const wait of waits) {
        now += wait;
        if (now >= window.startedAt + minute) window = { startedAt: now, attempts: 0 };
        const expected = window.attempts < 3;
        expect(await allows(`name${name}`, home, now)).toBe(expected);
        if (expected) window.attempts += 1;
      }
    }),
    { numRuns: 40 },
  );
});

test('requests that are delayed until they are older than the window do not restart it', async () => {
  const { allows } = openThrottle({ client: { limit: 1_000, windowMs: minute } });
  expect(await allowed(10, () => allows('joe'))).toBe(3);
  expect(await allowed(20, (n) => allows('joe', home, start - 1 - n * 500))).toBe(0);
});

test('if it is off, it allows everything and writes nothing', async () => {
  const { throttle, file, allows } = openThrottle({ on: false });
  expect(await allowed(20, () => allows('joe'))).toBe(20);
  await throttle.registration(home, start);
  expect(otherConnection(file).prepare('SELECT count(*) AS rows FROM throttle').get()).toEqual({ rows: 0 });
});

test('no name and no address is kept, only their digests', async () => {
  const { file, allows } = openThrottle();
  await allows('somebody', home);
  const rows = otherConnection(file).prepare('SELECT *, hex(key) AS hex FROM throttle').all();
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row['hex']).toMatch(/^[0-9A-F]{64}$/);
  expect(JSON.stringify(rows)).not.toContain('somebody');
});

test('a sweep removes windows that have ended, in small steps, and no others', async () => {
  const { throttle, store, file, allows } = openThrottle();
  await Promise.all(
    Array.from({ length: 250 }, (_, n) =>
      store.throttle.take([{ key: n.toString(16).padStart(64, '0'), limit: 1, windowMs: minute }], start),
    ),
  );
  await allows('joe', home, start + 1);
  const rows = () => otherConnection(file).prepare('SELECT count(*) AS rows FROM throttle').get()?.['rows'];
  let pauses = 0;
  await throttle.sweep(start + minute, async () => {
    pauses += 1;
  });
  expect([rows(), pauses]).toEqual([2, 1]);
});

test('sign-ins with passkeys are counted for their network with all others, and a right one is returned', async () => {
  const { throttle, allows } = openThrottle();
  for (let n = 0; n < 10; n += 1) {
    const success = await throttle.signIn(home, start);
    if ('refused' in success) throw new Error('refused though every attempt was given back');
    await success.refund();
  }
  expect(await allowed(10, async () => 'refund' in (await throttle.signIn(home, start)))).toBe(5);
  expect(await allows('joe')).toBe(false);
});

test('challenges of a network have a count of their own: 600 in a quarter of an hour', async () => {
  const { throttle, allows } = openThrottle();
  const allowedChallenges = await allowed(
    601,
    async () => 'refund' in (await throttle.challenge(home, start)),
  );
  expect(allowedChallenges).toBe(600);
  expect('refund' in (await throttle.challenge(elsewhere(1), start))).toBe(true);
  expect('refund' in (await throttle.challenge(home, start + 15 * minute))).toBe(true);
  expect(await allows('joe')).toBe(true);
  const counts = await throttle.look([{ kind: 'challenge', network: elsewhere(1) }], start);
  expect(counts).toMatchObject([{ kind: 'challenge', count: 1, limit: 600 }]);
});
