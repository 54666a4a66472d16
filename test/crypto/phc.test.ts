/** Password hashes as text: what is written is read back, and what was damaged is never taken for a hash. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPhc, type Pbkdf2Hash, parsePhc } from '../../src/crypto/phc.ts';

const salt = 'AAECAwQFBgcICQoLDA0ODw';
const hash = 'A'.repeat(86);
const good = `$pbkdf2-sha512$i=220000,l=64$${salt}$${hash}`;

test('a hash is written in the PHC form and read back with its parameters', () => {
  const salt16 = Uint8Array.from({ length: 16 }, (_, n) => n);
  expect(formatPhc({ digest: 'sha512', iterations: 220_000, salt: salt16, hash: new Uint8Array(64) })).toBe(
    good,
  );
  const read = parsePhc(good);
  expect(read).toMatchObject({ digest: 'sha512', iterations: 220_000, saltBytes: 16, hashBytes: 64 });
  expect([...read.salt]).toEqual([...salt16]);
  expect([...read.hash]).toEqual([...new Uint8Array(64)]);
});

test('whatever is written is read back', () => {
  const written: fc.Arbitrary<Omit<Pbkdf2Hash, 'saltBytes' | 'hashBytes'>> = fc.record({
    digest: fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
    iterations: fc.integer({ min: 1, max: 99_999_999 }),
    salt: fc.uint8Array({ minLength: 6, maxLength: 96 }),
    hash: fc.uint8Array({ minLength: 12, maxLength: 96 }),
  });
  fc.assert(
    fc.property(written, (one) => {
      const read = parsePhc(formatPhc(one));
      expect([read.digest, read.iterations]).toEqual([one.digest, one.iterations]);
      expect([...read.salt]).toEqual([...one.salt]);
      expect([...read.hash]).toEqual([...one.hash]);
      expect([read.saltBytes, read.hashBytes]).toEqual([one.salt.byteLength, one.hash.byteLength]);
    }),
  );
});

test('a hash of another program without a length is read', () => {
  const read = parsePhc(`$pbkdf2-sha256$i=29000$${salt}$${'A'.repeat(43)}`);
  expect(read).toMatchObject({ digest: 'sha256', iterations: 29_000, saltBytes: 16, hashBytes: 32 });
});

test.each([
  ['nothing', ''],
  ['something before it', ` ${good}`],
  ['something behind it', `${good} `],
  ['a line break behind it', `${good}\n`],
  ['padding', `${good}==`],
  ['a part too few', `$pbkdf2-sha512$i=220000,l=64$${salt}`],
  ['a part too many', `${good}$${hash}`],
  ['an unknown digest', good.replace('sha512', 'md5')],
  ['another algorithm', good.replace('pbkdf2-sha512', 'argon2id')],
  ['no iterations', good.replace('i=220000', 'i=0')],
  ['no number of iterations', good.replace('i=220000', 'i=')],
  ['a negative number of iterations', good.replace('i=220000', 'i=-1')],
  ['iterations in hexadecimal', good.replace('i=220000', 'i=0x10')],
  ['a hundred million iterations', good.replace('i=220000', 'i=100000000')],
  ['a length that is too short', good.replace('l=64', 'l=63')],
  ['a length that is too long', good.replace('l=64', 'l=65')],
  ['an empty salt', `$pbkdf2-sha512$i=220000,l=64$$${hash}`],
  ['an empty hash', `$pbkdf2-sha512$i=220000$${salt}$`],
  ['a truncated hash', good.slice(0, -2)],
  ['a salt of 129 characters', `$pbkdf2-sha512$i=1,l=64$${'A'.repeat(129)}$${hash}`],
  ['a hash of 129 characters', `$pbkdf2-sha512$i=1$${salt}$${'A'.repeat(129)}`],
  ['a hash of 15 characters', `$pbkdf2-sha512$i=1$${salt}$${'A'.repeat(15)}`],
  ['a character outside base64', good.replace('AAEC', 'AA*C')],
  ['a NUL', `${good.slice(0, -1)}\0`],
])('%s is refused', (_what, text) => {
  expect(() => parsePhc(text)).toThrow(TypeError);
});

test('the bounds themselves are legal', () => {
  for (const text of [
    `$pbkdf2-sha512$i=1$${'A'.repeat(8)}$${'A'.repeat(16)}`,
    `$pbkdf2-sha512$i=99999999$${'A'.repeat(128)}$${'A'.repeat(128)}`,
  ]) {
    expect(parsePhc(text).digest).toBe('sha512');
  }
});

test('a refusal never repeats what was stored', () => {
  expect(() => parsePhc('$pbkdf2-sha512$secret')).toThrow(/^(?!.*secret)/s);
});
