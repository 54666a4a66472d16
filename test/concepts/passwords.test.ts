/** Passwords: what was accepted is recognised, whatever keyboard composed it, and nothing else is. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PasswordRefusal, Passwords } from '../../src/concepts/passwords/passwords.ts';
import type { HashingQueue, HashingSlot } from '../../src/crypto/hashing-queue.ts';
import type { Pbkdf2Parameters } from '../../src/crypto/phc.ts';
import { granted, openHashing } from '../support/services.ts';

const passwords = new Passwords({ minLength: 8, iterations: 1_000 });

/** Why a password is refused, or that it is not. */
function verdict(password: string, { minLength = 8, identifier = 'joe' } = {}) {
  const outcome = new Passwords({ minLength, iterations: 1_000 }).accept(password, identifier);
  return 'refused' in outcome ? outcome : 'accepted';
}

/** Hashes a password that is acceptable. */
async function hashed(password: string, hashing: HashingQueue, by = passwords): Promise<string> {
  const prepared = by.accept(password, 'joe');
  if ('refused' in prepared) throw new Error(`refused: ${prepared.refused}`);
  using slot = hashing.enter('192.0.2.1');
  return granted(await by.hash(prepared, slot)).passwordHash;
}

async function verified(password: string, stored: string | undefined, hashing: HashingQueue, by = passwords) {
  using slot = hashing.enter('192.0.2.1');
  return granted(await by.verify(password, stored, slot));
}

const acceptable = fc
  .string({ unit: 'grapheme', minLength: 8, maxLength: 60 })
  .filter((text) => verdict(text) === 'accepted');

test('principle: an accepted password is recognised later in any Unicode composition, and no other is', async () => {
  const hashing = openHashing();
  const stored = await hashed('crème brûlée', hashing);
  for (const spelling of ['crème brûlée', 'crème brûlée'.normalize('NFD'), 'crème brûlée'.normalize('NFC')]) {
    expect(await verified(spelling, stored, hashing)).toEqual({ correct: true, outdated: false });
  }
  for (const other of ['creme brulee', 'Crème brûlée', 'crème brûlée ', ' crème brûlée', 'crème brûlé', '']) {
    expect(await verified(other, stored, hashing)).toEqual({ correct: false, outdated: false });
  }
  expect((await verified('crème brûlée', undefined, hashing)).correct).toBe(false);
});

test('any accepted password verifies', async () => {
  const hashing = openHashing();
  await fc.assert(
    fc.asyncProperty(acceptable, async (password) => {
      const stored = await hashed(password, hashing);
      expect(stored).not.toContain(password);
      expect((await verified(password, stored, hashing)).correct).toBe(true);
      expect((await verified(password.normalize('NFD'), stored, hashing)).correct).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('no other password verifies', async () => {
  const hashing = openHashing();
  const changed = (password: string) =>
    fc.oneof(
      fc.constantFrom(
        `${password} `,
        ` ${password}`,
        `${password}\0`,
        `${password}\n`,
        password.slice(0, -1),
      ),
      fc.constantFrom(password.toUpperCase(), password.toLowerCase(), [...password].reverse().join('')),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
  const pair = acceptable.chain((password) => fc.tuple(fc.constant(password), changed(password)));
  await fc.assert(
    fc.asyncProperty(pair, async ([password, other]) => {
      fc.pre(other.normalize('NFC') !== password.normalize('NFC'));
      const stored = await hashed(password, hashing);
      expect((await verified(other, stored, hashing)).correct).toBe(false);
    }),
  );
});

test('a hash is written with its parameters and a salt of its own (ruling G5)', async () => {
  const hashing = openHashing();
  const [one, two] = [await hashed('supersecure', hashing), await hashed('supersecure', hashing)];
  expect(one).toMatch(/^\$pbkdf2-sha512\$i=1000,l=64\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{86}$/);
  expect(two).not.toBe(one);
  expect(two.split('$')[3]).not.toBe(one.split('$')[3]);
});

test('the passwords of everyday examples are accepted', () => {
  for (const password of ['supersecure', 'strongpassword', 'correct horse battery staple']) {
    expect(verdict(password)).toBe('accepted');
  }
});

test.each([
  [8, 'qzwvxkjp'],
  [15, 'qzwvxkjpqzwvxkj'],
  [64, 'qzwvxkjp'.repeat(8)],
])('a minimum length of %i is the shortest accepted', (minLength, password) => {
  expect(verdict(password, { minLength })).toBe('accepted');
  expect(verdict(password.slice(1), { minLength })).toEqual({
    refused: 'password_too_short',
    limit: minLength,
  });
  expect(verdict('', { minLength })).toEqual({ refused: 'password_too_short', limit: minLength });
});

test('length is counted in code points of the normal form, not in code units', () => {
  expect(verdict('😀😎🥳🦊🐙🌵🍕🚀')).toBe('accepted');
  expect(verdict('😀😎🥳🦊🐙🌵🍕')).toEqual({ refused: 'password_too_short', limit: 8 });
  expect(verdict('e\u0301'.repeat(7))).toEqual({ refused: 'password_too_short', limit: 8 });
  expect(verdict('e\u0301'.repeat(8))).toBe('accepted');
});

test('256 code points are accepted, 257 are not', () => {
  const tooLong: PasswordRefusal = { refused: 'password_too_long', limit: 256 };
  expect(verdict('é'.repeat(256))).toBe('accepted');
  expect(verdict('é'.repeat(257))).toEqual(tooLong);
  // 1,024 bytes of UTF-8: the most that 256 code points can have.
  expect(verdict('😀'.repeat(256))).toBe('accepted');
  expect(verdict('😀'.repeat(257))).toEqual(tooLong);
  expect(verdict('e\u0301'.repeat(256))).toBe('accepted');
  expect(verdict('x'.repeat(16_384))).toEqual(tooLong);
});

test('nothing is trimmed or composed: blanks and signs of every kind count', () => {
  for (const password of [
    '        x',
    '\t\n\r\v x y z',
    '........!',
    'пароль-пароль',
    '密码密码密码密码',
    '\u200b'.repeat(8),
  ]) {
    expect(verdict(password)).toBe('accepted');
  }
});

test.each([
  ['a NUL at the end', 'supersecure\0'],
  ['a NUL inside', 'super\0secure'],
  ['a lone high surrogate', 'supersecure\ud800'],
  ['a lone low surrogate', '\udc00supersecure'],
])('%s is malformed, and verifies nothing', async (_what, password) => {
  expect(verdict(password)).toEqual({ refused: 'password_malformed' });
  const hashing = openHashing();
  const stored = await hashed('supersecure', hashing);
  expect((await verified(password, stored, hashing)).correct).toBe(false);
});

test('a common password is refused in any case', () => {
  for (const password of ['password1', 'Password1', 'PASSWORD1', 'iloveyou1', '12345678']) {
    expect(verdict(password)).toEqual({ refused: 'password_common' });
  }
  expect(verdict('12345678\n87654321')).toBe('accepted');
});

test('the identifier is no password, in any case', () => {
  const identifier = 'joe.smith@example.com';
  for (const password of [identifier, 'Joe.Smith@Example.com', 'JOE.SMITH@EXAMPLE.COM']) {
    expect(verdict(password, { identifier })).toEqual({ refused: 'password_is_identifier' });
  }
  expect(verdict(`${identifier} writes`, { identifier })).toBe('accepted');
});

test('a hash of other parameters verifies, is reported as outdated, and can be made anew', async () => {
  const hashing = openHashing();
  const stored = await hashed('supersecure', hashing);
  const stronger = new Passwords({ minLength: 8, iterations: 1_001 });
  expect(await verified('supersecure', stored, hashing, stronger)).toEqual({ correct: true, outdated: true });
  expect((await verified('wrongwrong', stored, hashing, stronger)).correct).toBe(false);
  using slot = hashing.enter('192.0.2.1');
  const { passwordHash: replacement } = granted(await stronger.rehash('supersecure', slot));
  expect(replacement).toMatch(/^\$pbkdf2-sha512\$i=1001,l=64\$/);
  expect(await verified('supersecure', replacement, hashing, stronger)).toEqual({
    correct: true,
    outdated: false,
  });
});

test('a longer minimum length does not lock out earlier passwords', async () => {
  const hashing = openHashing();
  const stored = await hashed('supersecure', hashing);
  const stricter = new Passwords({ minLength: 15, iterations: 1_000 });
  expect(await verified('supersecure', stored, hashing, stricter)).toEqual({
    correct: true,
    outdated: false,
  });
});

test('a damaged hash is an error, not a wrong password', async () => {
  await expect(verified('supersecure', '$pbkdf2-sha512$i=1000$', openHashing())).rejects.toThrow(TypeError);
});

test('a login that cannot succeed costs the hash of one that can (ruling G17)', async () => {
  const hashing = openHashing();
  const stored = await hashed('supersecure', hashing);
  /** What the hashing threads are asked to compute for a question that is answered with no. */
  const cost = async (password: string, against: string | undefined) => {
    const computed: Pbkdf2Parameters[] = [];
    using slot = hashing.enter('192.0.2.1');
    const counting: HashingSlot = {
      pbkdf2: (bytes, salt, parameters) => {
        const { digest, iterations, saltBytes, hashBytes } = parameters;
        computed.push({ digest, iterations, saltBytes, hashBytes });
        return slot.pbkdf2(bytes, salt, parameters);
      },
      foreign: (...task) => slot.foreign(...task),
      [Symbol.dispose]: () => {},
    };
    expect(await passwords.verify(password, against, counting)).toMatchObject({ correct: false });
    return computed;
  };
  const wrong = await cost('wrongwrong', stored);
  expect(wrong).toEqual([{ digest: 'sha512', iterations: 1_000, saltBytes: 16, hashBytes: 64 }]);
  for (const [password, against] of [
    ['wrongwrong', undefined],
    ['supersecure\0', stored],
    ['x'.repeat(1_025), stored],
    ['😀'.repeat(257), undefined],
    ['', undefined],
  ] as const) {
    expect(await cost(password, against)).toEqual(wrong);
  }
});
