/** The offline list of common passwords: what the script builds, long enough, and fair. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildList } from '../../scripts/common-passwords.ts';
import { isCommon } from '../../src/concepts/passwords/common-passwords.ts';

const kept = readFileSync(new URL('../../src/concepts/passwords/common.txt', import.meta.url), 'utf8');
const passwords = kept.split('\n').slice(1, -1);

test('the list that is kept is the one the script builds', () => {
  expect(kept === buildList()).toBe(true);
});

test('it holds more than three thousand passwords of every least length in common use (ASVS 6.2.4)', () => {
  const ofAtLeast = (length: number) => passwords.filter((password) => password.length >= length).length;
  expect(ofAtLeast(8)).toBeGreaterThanOrEqual(3_000);
  expect(ofAtLeast(15)).toBeGreaterThanOrEqual(3_000);
  expect(ofAtLeast(8)).toBe(passwords.length);
});

test('it is sorted, without doubles, in lower case and in ASCII, one a line', () => {
  expect(passwords).toEqual([...new Set(passwords)].sort());
  for (const password of passwords) expect(password).toMatch(/^[\x20-\x40\x5b-\x7e]{8,}$/);
});

test('every password on it is found, in upper case too', () => {
  expect(passwords.filter((password) => !isCommon(password))).toEqual([]);
  expect(passwords.filter((password) => !isCommon(password.toUpperCase()))).toEqual([]);
});

test('what would stand between any two of its lines, before all and behind all, is not found', () => {
  const known = new Set(passwords);
  const others = passwords.flatMap((password) => [`${password}~`, password.slice(0, -1)]);
  const unknown = [' ', '~'.repeat(9), ...others].filter((other) => !known.has(other));
  expect(unknown.length).toBeGreaterThan(passwords.length);
  expect(unknown.filter(isCommon)).toEqual([]);
});

test('what is not on it is not found: parts of lines, several lines, other alphabets', () => {
  const [first = '', second = ''] = passwords;
  for (const text of [
    '',
    '\n',
    first.slice(1),
    `${first}\n${second}`,
    `${first}\n`,
    `\n${first}`,
    'ｐａｓｓｗｏｒｄ',
  ]) {
    expect(isCommon(text), JSON.stringify(text)).toBe(false);
  }
});

test('the passwords of the contracts’ examples are not on it', () => {
  expect(passwords).not.toContain('supersecure');
  expect(passwords).not.toContain('strongpassword');
  expect([isCommon('supersecure'), isCommon('strongpassword')]).toEqual([false, false]);
});

test('the passwords that attackers try first are on it', () => {
  for (const password of ['password', '12345678', 'password1', 'qwertyuiop', 'iloveyou1', 'football1']) {
    expect(isCommon(password), password).toBe(true);
  }
});
