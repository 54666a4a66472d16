/** Wrapping: hashes that are too cheap to guess are marked, wrapped, and verified all the while (ruling I3). */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { hashKindOf } from '../../../src/crypto/hashes/hash-kind.ts';
import { digestHash, pbkdf2Hash } from '../../../src/crypto/hashes/read-hash.ts';
import {
  forStorage,
  isWrappingOf,
  mustBeWrapped,
  prefixesToWrap,
  wrappingOf,
} from '../../../src/crypto/hashes/wrapping.ts';
import { HashingQueue } from '../../../src/crypto/hashing-queue.ts';
import { currentParameters, formatPhc } from '../../../src/crypto/phc.ts';
import { openVerification, storedFrom, storedOf } from '../../support/foreign-verification.ts';

const usual = currentParameters(220_000);
const cheap = currentParameters(1_000);
const password = 'correct horse battery';
const salt = Buffer.from('0123456789abcdef');

function pbkdf2(
  digest: 'sha1' | 'sha256' | 'sha512',
  iterations: number,
  hashBytes: number,
  own = salt,
): string {
  return storedOf(
    pbkdf2Hash(digest, iterations, own, pbkdf2Sync(password, own, iterations, hashBytes, digest)),
  );
}

const md5 = storedOf(digestHash('md5', createHash('md5').update(password).digest()));
const saltedSha512 = storedOf(
  digestHash('sha512', createHash('sha512').update(`salt${password}`).digest(), {
    before: Buffer.from('salt'),
  }),
);

/** Wraps as the command does. */
async function wrapped(stored: string, parameters = cheap): Promise<string> {
  const wrapping = wrappingOf(stored, parameters);
  if (!wrapping) throw new Error('This hash needs no wrapping.');
  const hashing = new HashingQueue({ threads: 1 });
  onTestFinished(() => hashing.close());
  using slot = hashing.enter('');
  const result = await slot.pbkdf2(wrapping.hash, wrapping.outer.salt, wrapping.outer);
  if ('refused' in result) throw new Error(result.refused);
  return wrapping.format(result);
}

test('I3: digests are marked, salted or not, and so is PBKDF2 that takes less than a tenth of the time', () => {
  const marked = [
    md5,
    saltedSha512,
    pbkdf2('sha256', 29_000, 32),
    pbkdf2('sha1', 1_000, 20),
    pbkdf2('sha512', 20_000, 64),
  ];
  for (const stored of marked) {
    const atRest = forStorage(stored, usual);
    expect(atRest).toBe(`$unwrapped${stored}`);
    expect(mustBeWrapped(atRest)).toBe(true);
    expect(prefixesToWrap.some((prefix) => atRest.startsWith(prefix))).toBe(true);
    // A hash that comes from an export is not marked twice.
    expect(forStorage(atRest, usual)).toBe(atRest);
  }
});

test('I3: the time of the first block counts, because a guess needs no other', () => {
  // Two blocks, as Keycloak has them: together they would take a tenth.
  expect(mustBeWrapped(forStorage(pbkdf2('sha256', 27_500, 64), usual))).toBe(true);
});

test('I3: a hash without a salt is marked, however long it takes: one guess is tried on every account', () => {
  const unsalted = pbkdf2('sha256', 100_000, 32, Buffer.alloc(0));
  expect(mustBeWrapped(forStorage(unsalted, usual))).toBe(true);
});

test('I3: all others stay as they are', () => {
  const argon2 = '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';
  const bcrypt = '$2b$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
  for (const stored of ['!', argon2, bcrypt, pbkdf2('sha256', 600_000, 32), pbkdf2('sha256', 60_000, 32)]) {
    expect(forStorage(stored, usual)).toBe(stored);
    expect(wrappingOf(stored, usual)).toBeUndefined();
  }
  // What is weak depends on the settings, and on nothing of the machine.
  expect(mustBeWrapped(forStorage(pbkdf2('sha256', 29_000, 32), cheap))).toBe(false);
});

test('I3: a marked hash verifies before it is wrapped and after, and the wrapping keeps nothing of the old result', async () => {
  const verify = openVerification();
  for (const stored of [md5, saltedSha512, pbkdf2('sha256', 29_000, 32), pbkdf2('sha512', 1_000, 64)]) {
    const atRest = forStorage(stored, usual);
    const wrapping = await wrapped(atRest);
    expect(wrapping.startsWith('$wrapped$pbkdf2-sha512$i=1000,l=64$')).toBe(true);
    expect(mustBeWrapped(wrapping)).toBe(false);
    expect(wrapping).not.toContain(stored.slice(stored.lastIndexOf('$') + 1));
    for (const form of [atRest, wrapping]) {
      // Both are replaced at the next login.
      expect(await verify(password, form)).toEqual({ correct: true, outdated: true });
      expect(await verify(`${password}!`, form)).toEqual({ correct: false, outdated: false });
      expect(await verify(`${password}\ud800`, form)).toEqual({ correct: false, outdated: false });
      expect(storedFrom(form)).toBe(form);
    }
    expect(hashKindOf(wrapping)).not.toBe(hashKindOf(atRest));
  }
});

test('I3: a hash of Gatehouse with few iterations is wrapped too, over the password that G4 normalises', async () => {
  const verify = openVerification();
  const [composed, decomposed] = ['Ünïcödé passwörd'.normalize('NFC'), 'Ünïcödé passwörd'.normalize('NFD')];
  const hash = pbkdf2Sync(composed, salt, 1_000, 64, 'sha512');
  const own = formatPhc({ digest: 'sha512', iterations: 1_000, salt, hash });
  expect(forStorage(own, cheap)).toBe(own);
  const atRest = forStorage(own, usual);
  expect(atRest).toBe(`$unwrapped${own}`);
  const wrapping = await wrapped(atRest);
  expect(wrapping).not.toContain(own.slice(own.lastIndexOf('$') + 1));
  expect(isWrappingOf(wrapping, atRest)).toBe(true);
  for (const form of [atRest, wrapping]) {
    for (const typed of [composed, decomposed])
      expect(await verify(typed, form)).toEqual({ correct: true, outdated: true });
    expect(await verify(`${composed}!`, form)).toEqual({ correct: false, outdated: false });
    expect(storedFrom(form)).toBe(form);
  }
});

test('I3: each wrapping has a salt of its own, and is known as the wrapping of its hash and of no other', async () => {
  const [a, b] = [forStorage(md5, usual), forStorage(pbkdf2('sha256', 29_000, 32), usual)];
  const [one, two, other] = [await wrapped(a), await wrapped(a), await wrapped(b)];
  expect(one).not.toBe(two);
  expect(isWrappingOf(one, a) && isWrappingOf(two, a) && isWrappingOf(other, b)).toBe(true);
  expect(isWrappingOf(one, b) || isWrappingOf(other, a)).toBe(false);
  expect(isWrappingOf(a, a) || isWrappingOf('!', a) || isWrappingOf(one, md5)).toBe(false);
});
