/** A histogram counts every value once, in the first bucket that is wide enough. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../src/storage/shared/histogram.ts';

test('a value falls into the first bucket whose bound it does not exceed, or above them all', () => {
  const histogram = new Histogram([0.1, 1, 10]);
  for (const value of [0, 0.1, 0.10001, 1, 10, 10.5, 1e9]) histogram.observe(value);
  expect(histogram.buckets()).toMatchObject({ bounds: [0.1, 1, 10], counts: [2, 2, 1, 2] });
  expect(histogram.buckets().sum).toBeCloseTo(1e9 + 21.70001, 3);
});

test('what is not a finite number is left out', () => {
  const histogram = new Histogram([1]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    histogram.observe(value);
  expect(histogram.buckets()).toEqual({ bounds: [1], counts: [0, 0], sum: 0 });
});

test('what was read stays as it was', () => {
  const histogram = new Histogram([1]);
  histogram.observe(0.5);
  const read = histogram.buckets();
  histogram.observe(0.5);
  expect(read).toEqual({ bounds: [1], counts: [1, 0], sum: 0.5 });
});

test('every value is counted exactly once, below its bound', () => {
  const bounds = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 8 });
  fc.assert(
    fc.property(bounds, fc.array(fc.integer({ min: -60, max: 60 })), (unsorted, values) => {
      const ascending = unsorted.toSorted((a, b) => a - b);
      const histogram = new Histogram(ascending);
      for (const value of values) histogram.observe(value);
      const { counts, sum } = histogram.buckets();
      expect(counts).toHaveLength(ascending.length + 1);
      let below = 0;
      for (const [i, bound] of ascending.entries()) {
        below += counts[i] ?? 0;
        expect(below).toBe(values.filter((value) => value <= bound).length);
      }
      expect(below + (counts.at(-1) ?? 0)).toBe(values.length);
      expect(sum).toBe(values.reduce((all, value) => all + value, 0));
    }),
  );
});
