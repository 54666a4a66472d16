/** Rows remembered: the latest ones, and never more than twice as many as asked for. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentRows } from '../../src/storage/shared/session-cache.ts';

test('what was set is found until it is deleted', () => {
  const recent = new RecentRows<string>(3);
  recent.set('a', 'first');
  expect(recent.get('a')).toBe('first');
  expect(recent.get('b')).toBeUndefined();
  recent.set('a', 'second');
  expect(recent.get('a')).toBe('second');
  recent.delete('a');
  expect(recent.get('a')).toBeUndefined();
});

test('as many as asked for are remembered for sure', () => {
  const recent = new RecentRows<number>(3);
  for (let n = 0; n < 100; n += 1) recent.set(`${n}`, n);
  expect(['97', '98', '99'].map((key) => recent.get(key))).toEqual([97, 98, 99]);
});

test('what is asked for stays, what is not goes', () => {
  const recent = new RecentRows<number>(3);
  recent.set('asked for', 1);
  recent.set('forgotten', 2);
  for (let n = 0; n < 100; n += 1) {
    recent.set(`${n}`, n);
    expect(recent.get('asked for')).toBe(1);
  }
  expect(recent.get('forgotten')).toBeUndefined();
});

test('a row deleted from the old generation stays deleted', () => {
  const recent = new RecentRows<number>(2);
  for (const key of ['a', 'b', 'c']) recent.set(key, 1);
  recent.delete('a');
  expect(recent.get('a')).toBeUndefined();
  expect(recent.get('b')).toBe(1);
});

test('cleared, it holds nothing', () => {
  const recent = new RecentRows<number>(2);
  const keys = ['a', 'b', 'c'];
  for (const key of keys) recent.set(key, 1);
  expect(keys.filter((key) => recent.get(key) === 1)).toEqual(keys);
  recent.clear();
  expect(keys.filter((key) => recent.get(key) !== undefined)).toEqual([]);
});

test('it never holds more than twice as many as asked for, and never answers with an older row', () => {
  const key = fc.integer({ min: 0, max: 30 }).map(String);
  const step = fc.oneof(
    fc.record({ do: fc.constant('set' as const), key }),
    fc.record({ do: fc.constant('get' as const), key }),
    fc.record({ do: fc.constant('delete' as const), key }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 200 }), (limit, steps) => {
      const recent = new RecentRows<number>(limit);
      const truth = new Map<string, number>();
      for (const [n, { do: what, key }] of steps.entries()) {
        if (what === 'set') {
          recent.set(key, n);
          truth.set(key, n);
        } else if (what === 'delete') {
          recent.delete(key);
          truth.delete(key);
        } else if (recent.get(key) !== undefined) {
          expect(recent.get(key)).toBe(truth.get(key));
        }
      }
      const held = [...truth.keys()].filter((key) => recent.get(key) !== undefined);
      expect(held.length).toBeLessThanOrEqual(2 * limit);
    }),
  );
});
