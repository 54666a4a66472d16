/** The throttle under very many different names: what it counts is on the disk and not in memory, and is reclaimed. */

import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { Throttle } from '../../src/concepts/throttle.ts';
import { digest } from '../../src/crypto/ids.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { isFull } from '../support/length.ts';
import { temporaryFolder } from '../support/server.ts';

const names = isFull ? 100_000 : 40_000;
const batch = 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test(`${names} names from as many networks leave no memory behind, and are swept away after their window`, async () => {
  const store = openSqliteStore(join(temporaryFolder(), 'throttle.db'), digest);
  onTestFinished(() => store.close());
  const throttle = new Throttle(store.throttle, {
    on: true,
    account: { limit: 2, windowMs: 60_000 },
    client: { limit: 100, windowMs: 60_000 },
  });
  const now = Date.now();
  const attempt = (i: number) =>
    throttle.login(`user${i}@example.com`, undefined, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, now);

  const before = heapBytes();
  let halfway = 0;
  for (let first = 0; first < names; first += batch) {
    const outcomes = await Promise.all(Array.from({ length: batch }, (_, i) => attempt(first + i)));
    expect(outcomes.filter(isRefusal)).toEqual([]);
    if (first === names / 2) halfway = heapBytes();
  }
  // Two windows a name, kept in memory, would be 200 bytes a name and more.
  expect(heapBytes() - before).toBeLessThan(names * 120);
  expect(heapBytes() - halfway).toBeLessThan(names * 60);

  // Each of them is counted all the same: the first and the last have one attempt left.
  for (const i of [0, names - 1]) {
    expect(isRefusal(await attempt(i))).toBe(false);
    expect(await attempt(i)).toMatchObject({ refused: 'too_many_attempts', retryAfterSeconds: 60 });
  }

  // No window is reclaimed before its end, and every one after it.
  await throttle.sweep(now + 59_999, pause);
  expect(await attempt(0)).toMatchObject({ refused: 'too_many_attempts' });
  await throttle.sweep(now + 60_000, pause);
  expect(await store.throttle.sweep(Number.MAX_SAFE_INTEGER, 1)).toBe(0);
});
