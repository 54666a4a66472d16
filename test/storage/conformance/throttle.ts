/** Cases for the throttle: counted under all quotas or none, to the limit and no further, for one window. */

import assert from 'node:assert/strict';
import { type Counted, clockSlackMs, type Quota, type Store } from '../../../src/storage/port/port.ts';
import { type ConformanceCase, over, quota, upTo } from './case.ts';

/** What became of an attempt: in short, when the windows end that it was counted in. */
type Outcome =
  | { readonly allowed: true; readonly ends: readonly number[] }
  | Extract<Counted, { allowed: false }>;

const allowed = (...ends: number[]): Outcome => ({ allowed: true, ends });
const refused = (freeAt: number): Outcome => ({ allowed: false, freeAt });

async function take(store: Store, quotas: readonly Quota[], now: number): Promise<Outcome> {
  const counted = await store.throttle.take(quotas, now);
  if (!counted.allowed) return counted;
  assert.deepEqual(
    counted.windows.map(({ key }) => key),
    quotas.map(({ key }) => key),
  );
  return allowed(...counted.windows.map(({ windowEndsAt }) => windowEndsAt));
}

/** Takes one attempt after another and returns how many were allowed. */
async function takeMany(store: Store, count: number, quotas: readonly Quota[], now: number): Promise<number> {
  let taken = 0;
  for (let n = 0; n < count; n += 1) taken += (await store.throttle.take(quotas, now)).allowed ? 1 : 0;
  return taken;
}

export const throttleCases: readonly ConformanceCase[] = [
  over('throttle: allows as many as the limit, then refuses until the window ends', async (store) => {
    const three = [quota(1, 3)];
    assert.deepEqual(await take(store, three, 10_000), allowed(11_000));
    assert.deepEqual(await take(store, three, 10_400), allowed(11_000));
    assert.deepEqual(await take(store, three, 10_999), allowed(11_000));
    assert.deepEqual(await take(store, three, 10_999), refused(11_000));
    assert.deepEqual(await take(store, [quota(2, 3)], 10_999), allowed(11_999));
  }),

  over('throttle: the attempt after the end starts a new window', async (store) => {
    const one = [quota(1, 1)];
    assert.deepEqual(await take(store, one, 10_000), allowed(11_000));
    assert.deepEqual(await take(store, one, 10_999), refused(11_000));
    assert.deepEqual(await take(store, one, 11_000), allowed(12_000));
    assert.deepEqual(await take(store, one, 11_000), refused(12_000));
  }),

  over('throttle: counts under all quotas or under none', async (store) => {
    const wide = quota(1, 5, 2_000);
    const narrow = quota(2, 2, 1_000);
    assert.deepEqual(await take(store, [wide, narrow], 10_000), allowed(12_000, 11_000));
    assert.deepEqual(await take(store, [narrow, wide], 10_000), allowed(11_000, 12_000));
    assert.equal(await takeMany(store, 10, [wide, narrow], 10_000), 0);
    // Ten refusals took nothing from the wide quota: three of its five are left.
    assert.equal(await takeMany(store, 10, [wide], 10_000), 3);
    assert.equal(await takeMany(store, 10, [wide, quota(3, 5)], 10_000), 0);
    assert.equal(await takeMany(store, 10, [quota(3, 5)], 10_000), 5);
  }),

  over('throttle: counts can be read and cleared, under their own keys only', async (store) => {
    const [one, two, three] = [quota(1, 5), quota(2, 5), quota(3, 5)];
    await takeMany(store, 3, [one, two], 10_000);
    const seen = await store.throttle.find([two.key, three.key, one.key]);
    assert.deepEqual(
      seen.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      [one, two].map(({ key }) => ({ key, count: 3, windowEndsAt: 11_000 })),
    );
    assert.deepEqual(await store.throttle.find([]), []);
    assert.equal(await store.throttle.clear([one.key, three.key]), 1);
    assert.equal(await store.throttle.clear([one.key, three.key]), 0);
    assert.equal(await store.throttle.clear([]), 0);
    assert.equal(await takeMany(store, 9, [one], 10_000), 5);
    assert.equal(await takeMany(store, 9, [two], 10_000), 2);
  }),

  over('throttle: free again when the last full window ends', async (store) => {
    const short = quota(1, 1, 1_000);
    const long = quota(2, 1, 3_000);
    const roomy = quota(3, 9, 9_000);
    await store.throttle.take([short, long, roomy], 10_000);
    assert.deepEqual(await take(store, [short, long, roomy], 10_500), refused(13_000));
    assert.deepEqual(await take(store, [long, short, roomy], 10_500), refused(13_000));
    assert.deepEqual(await take(store, [short, roomy], 10_500), refused(11_000));
  }),

  over('throttle: of fifty attempts at once under a limit of ten exactly ten are allowed', async (store) => {
    const ten = [quota(1, 10), quota(2, 100)];
    const outcomes = await Promise.all(upTo(50).map(() => store.throttle.take(ten, 10_000)));
    assert.equal(outcomes.filter((outcome) => outcome.allowed).length, 10);
    assert.equal(await takeMany(store, 100, [quota(2, 100)], 10_000), 90);
  }),

  over('throttle: an attempt that is refused because others were faster leaves no window', async (store) => {
    const own = upTo(50).map((n) => quota(10 + n, 9));
    const outcomes = await Promise.all(own.map((each) => store.throttle.take([quota(1, 10), each], 10_000)));
    const allowed = own.filter((_, n) => outcomes[n]?.allowed).map(({ key }) => key);
    assert.equal(allowed.length, 10);
    const kept = await store.throttle.find(own.map(({ key }) => key));
    assert.deepEqual(kept.map(({ key }) => key).sort(), allowed.sort());
  }),

  over('throttle: a returned attempt can be used again, once', async (store) => {
    const two = quota(1, 2);
    await takeMany(store, 2, [two], 10_000);
    await store.throttle.refund([{ key: two.key, windowEndsAt: 11_000 }]);
    assert.equal(await takeMany(store, 5, [two], 10_500), 1);
  }),

  over('throttle: no more is returned than was counted', async (store) => {
    const two = quota(1, 2);
    await takeMany(store, 1, [two], 10_000);
    for (const _ of upTo(5)) await store.throttle.refund([{ key: two.key, windowEndsAt: 11_000 }]);
    assert.equal(await takeMany(store, 5, [two], 10_000), 2);
  }),

  over('throttle: nothing is returned to another window or another key', async (store) => {
    const one = quota(1, 1);
    await takeMany(store, 1, [one], 10_000);
    await store.throttle.refund([{ key: one.key, windowEndsAt: 10_999 }]);
    await store.throttle.refund([{ key: one.key, windowEndsAt: 11_001 }]);
    await store.throttle.refund([{ key: quota(2, 1).key, windowEndsAt: 11_000 }]);
    assert.deepEqual(await take(store, [one], 10_500), refused(11_000));
    assert.deepEqual(await take(store, [one], 11_500), allowed(12_500));
    await store.throttle.refund([{ key: one.key, windowEndsAt: 11_000 }]);
    assert.deepEqual(await take(store, [one], 11_500), refused(12_500));
  }),

  over(
    'throttle: one attempt is returned to each of several windows at once, and to no more',
    async (store) => {
      const [wide, narrow, other] = [quota(3, 4, 3_000), quota(1, 3, 2_000), quota(2, 2)];
      await takeMany(store, 3, [wide, narrow], 10_000);
      await takeMany(store, 2, [other], 10_000);
      await store.throttle.refund([
        { key: wide.key, windowEndsAt: 13_000 },
        { key: narrow.key, windowEndsAt: 12_000 },
      ]);
      assert.equal(await takeMany(store, 9, [narrow], 10_500), 1);
      assert.equal(await takeMany(store, 9, [wide], 10_500), 2);
      assert.equal(await takeMany(store, 9, [other], 10_500), 0);
      // Of one that is gone and one that is there, the one that is there gets its own back.
      await store.throttle.refund([
        { key: narrow.key, windowEndsAt: 11_000 },
        { key: wide.key, windowEndsAt: 13_000 },
      ]);
      assert.equal(await takeMany(store, 9, [narrow], 10_500), 0);
      assert.equal(await takeMany(store, 9, [wide], 10_500), 1);
      await store.throttle.refund([]);
    },
  ),

  over('throttle: attempts counted and returned at once, in any order, leave no count', async (store) => {
    const quotas = [quota(1, 100), quota(2, 100)];
    const windows = quotas.map(({ key }) => ({ key, windowEndsAt: 11_000 }));
    await Promise.all(
      upTo(40).map(async (n) => {
        await store.throttle.take(n % 2 === 0 ? quotas : quotas.toReversed(), 10_000);
        await store.throttle.refund(n % 3 === 0 ? windows : windows.toReversed());
      }),
    );
    assert.equal(await takeMany(store, 110, quotas, 10_500), 100);
  }),

  over('throttle: a window written under a clock far ahead locks no account out', async (store) => {
    const one = [quota(1, 1)];
    const nextYear = 10_000 + 365 * 86_400_000;
    assert.deepEqual(await take(store, one, nextYear), allowed(nextYear + 1_000));
    assert.deepEqual(await take(store, one, 10_000), allowed(11_000));
    assert.deepEqual(await take(store, one, 10_000), refused(11_000));
  }),

  over('throttle: an attempt that began a little earlier and came later restarts nothing', async (store) => {
    const now = 10_000_000;
    await takeMany(store, 2, [quota(1, 2)], now);
    assert.deepEqual(await take(store, [quota(1, 2)], now - 1), refused(now + 1_000));
    assert.deepEqual(await take(store, [quota(1, 2)], now - clockSlackMs), refused(now + 1_000));
    const tooEarly = now - clockSlackMs - 1;
    assert.deepEqual(await take(store, [quota(1, 2)], tooEarly), allowed(tooEarly + 1_000));
  }),

  over('throttle: a lower limit applies at once, a higher one too', async (store) => {
    await takeMany(store, 3, [quota(1, 5)], 10_000);
    assert.equal((await store.throttle.take([quota(1, 3)], 10_000)).allowed, false);
    assert.equal((await store.throttle.take([quota(1, 4)], 10_000)).allowed, true);
  }),

  over('throttle: a sweep removes windows that ended, in batches, and counts exactly', async (store) => {
    const ends = upTo(5).map((n) => 11_000 + n);
    await Promise.all(ends.map((end, n) => store.throttle.take([quota(n, 1)], end - 1_000)));
    assert.equal(await store.throttle.sweep(10_999, 10), 0);
    assert.equal(await store.throttle.sweep(11_003, 3), 3);
    assert.equal(await store.throttle.sweep(11_003, 3), 1);
    assert.equal(await store.throttle.sweep(11_003, 3), 0);
    assert.deepEqual(await take(store, [quota(4, 1)], 11_003), refused(11_004), 'the last one lives');
    assert.equal(await store.throttle.sweep(11_004, 3), 1);
  }),
];
