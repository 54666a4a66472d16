/** Instants in UTC are written as the language itself writes them. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utc } from '../../src/http/timestamps.ts';

const iso = (epochMs: number) => new Date(epochMs).toISOString();

test('B1: any instant is written as Date writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_198_755_200_000, max: 8.64e15 }), (epochMs) => {
      expect(utc(epochMs)).toBe(iso(epochMs));
    }),
    { numRuns: 2_000 },
  );
});

test('B1: the first and the last millisecond of every day of 800 years are written in the same way', () => {
  const wrong: number[] = [];
  for (let day = 0; day < 292_194; day += 1)
    for (const at of [day * 86_400_000, day * 86_400_000 + 86_399_999])
      if (utc(at) !== iso(at)) wrong.push(at);
  expect(wrong).toEqual([]);
});

test.each([
  -1, 0, 951_782_399_999, 951_782_400_000, 4_107_542_400_000, 253_402_300_799_999, 253_402_300_800_000,
])('B1: the edge %i', (epochMs) => {
  expect(utc(epochMs)).toBe(iso(epochMs));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1])('%d is no instant', (epochMs) => {
  expect(() => utc(epochMs)).toThrow(RangeError);
});
