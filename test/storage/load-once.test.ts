/** A part of a store is loaded once, and again only after a load that failed. */

import { expect, test } from 'vitest';
import { loadOnce } from '../../src/storage/shared/factors/load-once.ts';

test('callers at once share one load, and later ones its result', async () => {
  let loads = 0;
  const part = loadOnce(async () => {
    loads += 1;
    return { loads };
  });
  const [one, other] = await Promise.all([part(), part()]);
  expect(one).toBe(other);
  expect(await part()).toBe(one);
  expect(loads).toBe(1);
});

test('a load that fails fails its callers, and the next call loads again', async () => {
  let loads = 0;
  const part = loadOnce(async () => {
    loads += 1;
    if (loads === 1) throw new Error('The disk does not answer.');
    return loads;
  });
  const outcomes = await Promise.allSettled([part(), part()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([await part(), await part()]).toEqual([2, 2]);
});
