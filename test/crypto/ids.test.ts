/** Ids that cannot be guessed: their shape, their spread, and that none comes twice. */

import { expect, test } from 'vitest';
import { digest, newHandle, newToken, newUuid, randomSalt } from '../../src/crypto/ids.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

const many = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make);

/** How far counts are from equal, as Pearson's chi-square. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test('a UUID is of version 4 (RFC 9562), a token has 26 characters of [a-z0-9], a handle 16', () => {
  for (const uuid of many(1_000, newUuid)) {
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  for (const token of many(1_000, newToken)) expect(token).toMatch(/^[a-z0-9]{26}$/);
  for (const handle of many(1_000, newHandle)) expect(handle).toMatch(/^[a-z0-9]{16}$/);
});

test.each([
  ['tokens', newToken],
  ['handles', newHandle],
])('every character is equally likely in %s', (_what, make) => {
  const text = many(20_000, make).join('');
  const counts = [...alphabet].map((character) => text.split(character).length - 1);
  // 35 degrees of freedom: a fair source exceeds 100 once in forty million runs; `byte % 36` is beyond 400 here.
  expect(chiSquare(counts)).toBeLessThan(100);
});

test('every character is equally likely at both ends of a token', () => {
  const tokens = many(40_000, newToken);
  for (const place of [0, 25]) {
    const counts = [...alphabet].map(
      (character) => tokens.filter((token) => token[place] === character).length,
    );
    expect(chiSquare(counts)).toBeLessThan(100);
  }
});

test.each([
  ['UUID', newUuid],
  ['token', newToken],
  ['handle', newHandle],
])('a hundred thousand %ss are all different', (_what, make) => {
  expect(new Set(many(100_000, make)).size).toBe(100_000);
});

test('a salt has the requested length, and no two are equal', () => {
  expect(randomSalt(16).byteLength).toBe(16);
  const salts = many(10_000, () => Buffer.from(randomSalt(16)).toString('hex'));
  expect(new Set(salts).size).toBe(10_000);
});

test('a digest is SHA-256 of the UTF-8 in hexadecimal digits (FIPS 180-4)', () => {
  expect(digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(digest('ü')).toBe('607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f');
});
