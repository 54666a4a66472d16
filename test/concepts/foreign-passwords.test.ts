/** Passwords of other systems: who is recognised, and when a new hash takes the place of the old one (ruling I2). */

import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { hashKindOf } from '../../src/crypto/hashes/hash-kind.ts';
import { isWeaker } from '../../src/crypto/hashes/hash-strength.ts';
import { pbkdf2Hash, scryptHash } from '../../src/crypto/hashes/read-hash.ts';
import { parseStored } from '../../src/crypto/hashes/stored-hash.ts';
import { currentParameters } from '../../src/crypto/phc.ts';
import { openVerification, storedFrom, storedOf } from '../support/foreign-verification.ts';

const password = 'correct horse battery';
const bcrypt = (text: string) => storedFrom(hashSync(text, 4));

test('I2: a weaker hash is replaced if the password has the form of a new one, and is right', async () => {
  const verify = openVerification();
  expect(await verify(password, bcrypt(password))).toEqual({ correct: true, outdated: true });
  expect(await verify('wrong password', bcrypt(password))).toEqual({ correct: false, outdated: false });
});

test.each([
  ['short', 'seven77'],
  ['empty', ''],
  ['longer than 256 characters', 'x'.repeat(257)],
  ['with U+0000', 'before\0after'],
])('I2: a password that is %s logs in and keeps its old hash', async (_, weak) => {
  const verify = openVerification();
  const digest = createHash('sha256').update(weak).digest();
  const hash = pbkdf2Sync(weak, 'salt salt salt 1', 1_000, 32, 'sha256');
  const pbkdf2 = storedOf(pbkdf2Hash('sha256', 1_000, Buffer.from('salt salt salt 1'), hash));
  for (const stored of [pbkdf2, `$digest-sha256$$$${digest.toString('base64').replace('=', '')}`]) {
    expect(await verify(weak, stored)).toEqual({ correct: true, outdated: false });
  }
});

test('I2: a common password keeps no old hash, because its form is that of a new one', async () => {
  const verify = openVerification();
  expect(await verify('password', bcrypt('password'))).toEqual({ correct: true, outdated: true });
});

test('I2: bcrypt is replaced up to 72 bytes, and not where it read less than the password', async () => {
  const verify = openVerification();
  const [all, more] = ['x'.repeat(72), 'x'.repeat(73)];
  const umlauts = 'ü'.repeat(37);
  expect(await verify(all, bcrypt(all))).toEqual({ correct: true, outdated: true });
  expect(await verify(more, bcrypt(more))).toEqual({ correct: true, outdated: false });
  expect(await verify(`${more}${more}`, bcrypt(more))).toEqual({ correct: true, outdated: false });
  expect(await verify(umlauts, bcrypt(umlauts))).toEqual({ correct: true, outdated: false });
  // Django's bcrypt_sha256 reads all of it.
  const digest = createHash('sha256').update(more).digest('hex');
  const sha256 = storedFrom(`bcrypt_sha256$${hashSync(digest, 4)}`);
  expect(await verify(more, sha256)).toEqual({ correct: true, outdated: true });
  expect(await verify(`${more}x`, sha256)).toEqual({ correct: false, outdated: false });
});

test("I2: better-auth's hash is replaced unless it was made of other characters than a new one", async () => {
  const verify = openVerification();
  const made = (text: string) => scryptSync(text.normalize('NFKC'), 'salt', 64, { N: 16 });
  const stored = (text: string) =>
    storedOf(scryptHash({ n: 16, r: 8, p: 1, input: 'nfkc' }, Buffer.from('salt'), made(text)));
  expect(await verify('cafe\u0301 au lait', stored('café au lait'))).toEqual({
    correct: true,
    outdated: true,
  });
  expect(await verify('ﬁne words', stored('fine words'))).toEqual({ correct: true, outdated: false });
  expect(await verify('fine words', stored('ﬁne words'))).toEqual({ correct: true, outdated: true });
});

test.each([
  ['Argon2id, 19 MiB and two passes', '$argon2id$v=19$m=19456,t=2,p=1$', false],
  ['Argon2id, 64 MiB and three passes', '$argon2id$v=19$m=65536,t=3,p=4$', false],
  ['Argon2id, 7 MiB and five passes', '$argon2id$v=19$m=7168,t=5,p=1$', false],
  ['Argon2id, 19 MiB and one pass', '$argon2id$v=19$m=19456,t=1,p=1$', true],
  ['Argon2id, 4 MiB and a hundred passes', '$argon2id$v=19$m=4096,t=100,p=1$', true],
  ['Argon2i', '$argon2i$v=19$m=65536,t=3,p=4$', true],
  ['PBKDF2-SHA-256 with 600,000 iterations', '$pbkdf2-sha256$600000$', false],
  ['PBKDF2-SHA-256 with 500,000 iterations', '$pbkdf2-sha256$500000$', true],
  ['PBKDF2-SHA-512 with 220,000 iterations', '$pbkdf2-sha512$220000$', false],
  ['PBKDF2-SHA-512 with 210,000 iterations', '$pbkdf2-sha512$210000$', true],
  ['scrypt', '$scrypt$ln=17,r=8,p=1$', true],
])('I2: by default %s is weaker than a new hash: %s', (_, beginning, weaker) => {
  const ends = 'c29tZXNhbHRzYWx0MTIzNA$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';
  const parameters = parseStored(`${beginning}${ends}`)?.parameters;
  expect(parameters && isWeaker(parameters, currentParameters(220_000))).toBe(weaker);
});

test('I2: NFC and NFD are two passwords to a hash of another system, and one once it is replaced', async () => {
  const verify = openVerification();
  const [nfc, nfd] = ['caf\u00e9 au lait', 'cafe\u0301 au lait'];
  expect((await verify(nfd, bcrypt(nfd))).correct).toBe(true);
  expect((await verify(nfc, bcrypt(nfd))).correct).toBe(false);
});

test('a damaged hash of another system is an error, not a wrong password', async () => {
  const verify = openVerification();
  for (const damaged of ['', 'x', '$2b$10$abc', '$wrapped$', '$digest-md5$$', '$pbkdf2-sha256$1$$']) {
    await expect(verify(password, damaged)).rejects.toThrow(TypeError);
  }
  // A form that is read, and a result of another length.
  expect((await verify(password, '$digest-md5$$$YWJj')).correct).toBe(false);
});

test('an account without a usable password matches nothing, not even its own mark', async () => {
  const verify = openVerification();
  for (const text of ['!', '', password])
    expect(await verify(text, '!')).toEqual({ correct: false, outdated: false });
  // With a stand-in that matches, it is still none.
  expect(await verify(password, '!', bcrypt(password))).toEqual({ correct: false, outdated: false });
  expect(await verify(password, undefined, bcrypt(password))).toEqual({ correct: false, outdated: false });
});

test('kinds are equal for hashes that cost the same, whatever their salts', () => {
  expect(hashKindOf(bcrypt('one'))).toBe(hashKindOf(bcrypt('two')));
  expect(hashKindOf(bcrypt('one'))).not.toBe(hashKindOf(storedFrom(hashSync('one', 5))));
  expect(hashKindOf('!')).toBe('none');
});
