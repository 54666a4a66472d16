/** The rule of the throttle by itself: in which window an attempt is counted, whether it fits, and what is kept of it. */

import { expect, test } from 'vitest';
import { type CountWindow, clockSlackMs, type Quota } from '../../src/storage/port/port.ts';
import { countAttempt, currentWindow, refundAttempt } from '../../src/storage/shared/throttle-window.ts';

const now = 10_000_000;
const quota = (key: string, limit: number, windowMs = 1_000): Quota => ({ key, limit, windowMs });
const kept = (key: string, count: number, windowEndsAt: number): CountWindow => ({
  key,
  count,
  windowEndsAt,
});

test('the first attempt starts a window that lasts as long as its quota says', () => {
  expect(countAttempt([quota('a', 1), quota('b', 1, 3_000)], [], now)).toEqual({
    allowed: true,
    windows: [kept('a', 1, now + 1_000), kept('b', 1, now + 3_000)],
  });
});

test.each([
  ['ends now', now, 0],
  ['ends in a moment', now + 1, 4],
  ['began now', now + 1_000, 4],
  ['began later, as far as requests overtake one another', now + 1_000 + clockSlackMs, 4],
  ['ends later than any that such a request began', now + 1_001 + clockSlackMs, 0],
])('of a window that %s this much counts', (_what, windowEndsAt, count) => {
  expect(currentWindow(quota('a', 9), kept('a', 4, windowEndsAt), now).count).toBe(count);
  expect(countAttempt([quota('a', 9)], [kept('a', 4, windowEndsAt)], now)).toEqual({
    allowed: true,
    windows: [count === 0 ? kept('a', 1, now + 1_000) : kept('a', 5, windowEndsAt)],
  });
});

test('an attempt is refused until the last window that is full ends, and nothing is kept of it', () => {
  const windows = [kept('a', 1, now + 5), kept('b', 7, now + 3), kept('c', 0, now + 9)];
  const quotas = [quota('c', 1), quota('a', 1), quota('b', 5)];
  expect(countAttempt(quotas, windows, now)).toEqual({ allowed: false, freeAt: now + 5 });
  expect(countAttempt([quota('c', 0)], [], now)).toEqual({ allowed: false, freeAt: now + 1_000 });
  expect(countAttempt([quota('b', 8), quota('c', 1)], windows, now)).toMatchObject({ allowed: true });
});

test('an attempt is taken back out of the windows it was counted in, and out of no others', () => {
  const windows = [kept('a', 2, now), kept('b', 1, now), kept('c', 0, now), kept('d', 3, now + 1)];
  const counted = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, windowEndsAt: now }));
  expect(refundAttempt(counted, windows)).toEqual([kept('a', 1, now), kept('b', 0, now)]);
  expect(refundAttempt([], windows)).toEqual([]);
});
