/** Spellings of hashes: each has one stored form, or a problem that names its kind or the bound (ruling I2). */

import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  argon2Hash,
  digestHash,
  firebaseScryptHash,
  pbkdf2Hash,
  readHash,
  scryptHash,
} from '../../../src/crypto/hashes/read-hash.ts';
import { formatStored, parseStored } from '../../../src/crypto/hashes/stored-hash.ts';
import { openVerification, storedFrom, storedOf } from '../../support/foreign-verification.ts';
import { isFull } from '../../support/length.ts';

const password = 'my password';
const salt = Buffer.from('0123456789abcdef');
const bcryptEnd = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const pbkdf2End = '$MDEyMzQ1Njc4OWFiY2RlZg$8UTZSbJyHoY4Jd.uoMQ8Xz7pQk1k9mP2J6U6PjPz3jE';
const argon2End = '$c29tZXNhbHRzYWx0$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';
const scryptEnd = `$${salt.toString('base64').replace(/=+$/, '')}$${'A'.repeat(86)}`;

test.each([
  // The tests of ASP.NET Core Identity (PasswordHasherTest): no program here makes these hashes.
  ['ASP.NET Identity 2', 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg=='],
  [
    'ASP.NET Identity 2, another salt',
    'ANXrDknc7fGPpigibZXXZFMX4aoqz44JveK6jQuwY3eH/UyPhvr5xTPeGYEckLxz9A==',
  ],
  [
    'ASP.NET Identity 3, SHA-256',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
  ],
  ['ASP.NET Identity 3, SHA-512', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw'],
  ['ASP.NET Identity 3, SHA-1', 'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M'],
  // As their documentation has them: Debian's versions do not make these hashes yet.
  [
    'Werkzeug scrypt',
    `scrypt:1024:8:1$abcdef$${scryptSync(password, 'abcdef', 64, { N: 1_024 }).toString('hex')}`,
  ],
  [
    'Django scrypt',
    `scrypt$1024$abcdef$8$1$${scryptSync(password, 'abcdef', 64, { N: 1_024 }).toString('base64')}`,
  ],
  [
    'passlib PBKDF2 with SHA-384',
    storedOf(pbkdf2Hash('sha384', 10, salt, pbkdf2Sync(password, salt, 10, 48, 'sha384'))),
  ],
])('I2: %s is read, and its password matches', async (_, text) => {
  const verify = openVerification();
  expect(await verify(password, storedFrom(text))).toMatchObject({ correct: true });
  expect(await verify('my passwort', storedFrom(text))).toMatchObject({ correct: false });
});

test('I2: the published example of Firebase is read, and its password matches', async () => {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const project = {
    signerKey: bytes(
      'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    ),
    saltSeparator: bytes('Bw=='),
    rounds: 8,
    memCost: 14,
  };
  const hash = bytes(
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  );
  const stored = storedOf(firebaseScryptHash(project, bytes('42xEC+ixf3L2lw=='), hash));
  const verify = openVerification();
  expect((await verify('user1password', stored)).correct).toBe(true);
  expect((await verify('user1passwor', stored)).correct).toBe(false);
});

test('I2: digests over a password between two salts are built, and bare ones only by their builder', async () => {
  const verify = openVerification();
  const bare = createHash('md5').update(password).digest();
  expect(readHash(bare.toString('hex'))).toMatchObject({ problem: 'unsupported_hash' });
  expect((await verify(password, storedOf(digestHash('md5', bare)))).correct).toBe(true);
  const both = createHash('sha512').update(`a${password}b`).digest();
  const salted = storedOf(digestHash('sha512', both, { before: Buffer.from('a'), after: Buffer.from('b') }));
  expect((await verify(password, salted)).correct).toBe(true);
  expect((await verify(`${password}b`, salted)).correct).toBe(false);
});

test('the stored form of a hash is read again as it is, marked or not', () => {
  const forms = [
    '!',
    `$pbkdf2-sha512$i=220000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}`,
    `$pbkdf2-sha256$29000${pbkdf2End}`,
    `$2b$10$${bcryptEnd}`,
    `bcrypt_sha256$$2b$12$${bcryptEnd}`,
    `$argon2id$v=19$m=65536,t=3,p=4${argon2End}`,
    `$scrypt$ln=14,r=8,p=1${scryptEnd}`,
    `$scrypt-nfkc$ln=14,r=16,p=1${scryptEnd}`,
    '$digest-md5$YWJj$$kAFQmDzST7DWlj99KOF/cg',
    '$unwrapped$digest-md5$YWJj$$kAFQmDzST7DWlj99KOF/cg',
    `$unwrapped$pbkdf2-sha256$1000${pbkdf2End}`,
    `$wrapped$pbkdf2-sha512$i=220000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}$16$digest-md5$YWJj$$`,
    `$wrapped$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}$32$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$`,
  ];
  for (const form of forms) expect(readHash(form), form).toEqual({ stored: form });
});

test.each([
  ['passlib writes no name for SHA-1', `$pbkdf2$1000${pbkdf2End}`, `$pbkdf2-sha1$1000${pbkdf2End}`],
  ['Django names the library before bcrypt', `bcrypt$$2b$12$${bcryptEnd}`, `$2b$12$${bcryptEnd}`],
  [
    'Django names the library before Argon2',
    `argon2$argon2id$v=19$m=65536,t=3,p=4${argon2End}`,
    `$argon2id$v=19$m=65536,t=3,p=4${argon2End}`,
  ],
  ['Django marks accounts without a password', '!Ab12', '!'],
  [
    'Django salts digests in front',
    'md5$abc$900150983cd24fb0d6963f7d28e17f72',
    '$digest-md5$YWJj$$kAFQmDzST7DWlj99KOF/cg',
  ],
])('%s, and the stored form is the common one', (_, text, stored) => {
  expect(readHash(text)).toEqual({ stored });
});

test('a hostile text never throws, never takes long, and no message repeats a part of it', () => {
  const parts = fc.constantFrom(
    ...[
      '$',
      '$pbkdf2-sha256$',
      '$2b$10$',
      '$argon2id$v=19$m=',
      ',t=',
      ',p=',
      '$scrypt$ln=',
      'pbkdf2_sha256$',
      'scrypt$',
    ],
    ...[
      'pbkdf2:sha256:',
      'scrypt:',
      'md5$',
      '$wrapped',
      '$unwrapped',
      '$digest-md5$',
      '$fbscrypt$v=1,n=',
      'bcrypt$$2b$',
      'argon2',
    ],
    ...[
      '=',
      '+',
      '/',
      '.',
      '_',
      '\0',
      '\n',
      '\ud800',
      '9'.repeat(400),
      'A'.repeat(500),
      '0',
      '1',
      '-1',
      '1e9',
      'AQAAAAEAACcQ',
    ],
  );
  const hostile = fc.oneof(
    fc.array(parts, { maxLength: 12 }).map((texts) => texts.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.base64String({ maxLength: 200 }),
  );
  const startedAt = performance.now();
  const runs = isFull ? 20_000 : 1_000;
  fc.assert(
    fc.property(hostile, (text) => {
      const read = readHash(text);
      if ('stored' in read) expect(readHash(read.stored)).toEqual(read);
      else expect(/[A-Za-z\d+/]{30}/.exec(read.message)).toBeNull();
    }),
    { numRuns: runs },
  );
  // Linear in two thousand characters: far below a millisecond each, on any machine.
  expect((performance.now() - startedAt) / runs).toBeLessThan(20);
});

test('whatever is written in stored form is read back', () => {
  const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
  const digest = fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512');
  const read = fc.oneof(
    fc
      .tuple(digest, fc.integer({ min: 1, max: 400_000 }), bytes(0, 64), bytes(16, 64))
      .map((given) => pbkdf2Hash(...given)),
    fc
      .tuple(bytes(8, 64), bytes(16, 128))
      .map((given) => argon2Hash('argon2i', { memoryKiB: 64, passes: 3, lanes: 2 }, ...given)),
    fc.tuple(bytes(0, 64), bytes(16, 128)).map((given) => scryptHash({ n: 16, r: 8, p: 2 }, ...given)),
    fc
      .tuple(bytes(0, 100), bytes(0, 100), bytes(32, 32))
      .map(([before, after, hash]) => digestHash('sha256', hash, { before, after })),
    fc
      .tuple(bytes(64, 64), bytes(0, 8), bytes(0, 32), bytes(64, 64))
      .map(([signerKey, saltSeparator, own, hash]) =>
        firebaseScryptHash({ signerKey, saltSeparator, rounds: 8, memCost: 14 }, own, hash),
      ),
  );
  fc.assert(
    fc.property(read, (given) => {
      const stored = storedOf(given);
      expect(readHash(stored)).toEqual({ stored });
      const parsed = parseStored(stored);
      expect(parsed && formatStored(parsed)).toBe(stored);
    }),
  );
});
