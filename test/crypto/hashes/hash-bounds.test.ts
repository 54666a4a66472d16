/** Bounds of imported hashes: what is beyond one is named with its figures (ruling I2). */

import { expect, test } from 'vitest';
import { hashBounds } from '../../../src/crypto/hashes/hash-bounds.ts';
import {
  argon2Hash,
  digestHash,
  firebaseScryptHash,
  pbkdf2Hash,
  readHash,
  scryptHash,
} from '../../../src/crypto/hashes/read-hash.ts';

const salt = Buffer.from('0123456789abcdef');
const bcryptEnd = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const pbkdf2End = '$MDEyMzQ1Njc4OWFiY2RlZg$8UTZSbJyHoY4Jd.uoMQ8Xz7pQk1k9mP2J6U6PjPz3jE';
const argon2End = '$c29tZXNhbHRzYWx0$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';
const scryptEnd = `$${salt.toString('base64').replace(/=+$/, '')}$${'A'.repeat(86)}`;

const two31 = 2 ** 31;

test.each([
  ['iterations of PBKDF2', `$pbkdf2-sha256$${two31}${pbkdf2End}`, '2,147,483,648'],
  [
    'iterations of its own form',
    `$pbkdf2-sha512$i=99999999,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}`,
    '99,999,999',
  ],
  [
    'iterations of Django',
    `pbkdf2_sha256$${two31}$abc$0wGX8Po5bP1sq+0w8+FQ4BdXd7NexwsZ5nNCRDYXGu4=`,
    '2,147,483,648',
  ],
  [
    'iterations in 32 bits',
    'AQAAAAH/////AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
    '4,294,967,295',
  ],
  ['blocks of PBKDF2', storedText('sha1', 3_000_000, 40), '6,000,000'],
  ['cost of bcrypt', `$2b$31$${bcryptEnd}`, '4 to 14'],
  ['low cost of bcrypt', `$2b$03$${bcryptEnd}`, '4 to 14'],
  ['memory of Argon2', `$argon2id$v=19$m=${two31},t=1,p=1${argon2End}`, '131,072'],
  ['memory of Argon2 below its lanes', `$argon2id$v=19$m=8,t=1,p=2${argon2End}`, '16 to 131,072'],
  ['passes of Argon2', `$argon2id$v=19$m=1024,t=${two31},p=1${argon2End}`, '2,147,483,648'],
  ['lanes of Argon2', `$argon2id$v=19$m=65536,t=1,p=${two31}${argon2End}`, '1 to 16'],
  [
    'salt of Argon2',
    `$argon2id$v=19$m=65536,t=1,p=1$c29t$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0`,
    '8 to 256',
  ],
  ['N of scrypt', `$scrypt$ln=31,r=8,p=1${scryptEnd}`, '1 to 30'],
  ['memory of scrypt', `$scrypt$ln=20,r=8,p=1${scryptEnd}`, '1,073,741,824'],
  ['lanes of scrypt', `$scrypt$ln=4,r=1,p=${two31}${scryptEnd}`, '2,147,483,648'],
  ['work of Werkzeug', `scrypt:32768:8:100$salt$${'0a'.repeat(64)}`, '26,214,400'],
  ['short hash', '$pbkdf2-sha256$1000$MDEy$8UTZSbJyHoY4Jd', '16 to 128'],
  ['long digest', 'md5$abc$900150983cd24fb0d6963f7d28e17f7200', '16 is expected'],
])('I2: beyond a bound, the message has the figures: %s', (_, text, figure) => {
  const read = readHash(text);
  expect(read).toMatchObject({ problem: 'hash_out_of_bounds', message: expect.stringContaining(figure) });
});

test('I2: builders keep the same bounds, and take no fractions', () => {
  const hash = Buffer.alloc(32);
  expect(pbkdf2Hash('sha256', two31, salt, hash)).toMatchObject({ problem: 'hash_out_of_bounds' });
  expect(pbkdf2Hash('sha256', 1.5, salt, hash)).toMatchObject({ problem: 'malformed_hash' });
  expect(pbkdf2Hash('sha256', Number.NaN, salt, hash)).toMatchObject({ problem: 'malformed_hash' });
  expect(scryptHash({ n: 3, r: 8, p: 1 }, salt, hash)).toMatchObject({ problem: 'malformed_hash' });
  const costs = { memoryKiB: two31, passes: 1, lanes: 1 };
  expect(argon2Hash('argon2id', costs, salt, hash)).toMatchObject({ problem: 'hash_out_of_bounds' });
  const project = { signerKey: hash, saltSeparator: Buffer.alloc(1), rounds: 8, memCost: 31 };
  expect(firebaseScryptHash(project, salt, hash)).toMatchObject({ problem: 'hash_out_of_bounds' });
  const shortKey = { ...project, memCost: 14, signerKey: Buffer.alloc(16) };
  expect(firebaseScryptHash(shortKey, salt, hash)).toMatchObject({ problem: 'hash_out_of_bounds' });
  expect(digestHash('md5', hash)).toMatchObject({ problem: 'hash_out_of_bounds' });
  const longSalt = { before: Buffer.alloc(hashBounds.saltBytes + 1) };
  expect(digestHash('sha256', hash, longSalt)).toMatchObject({ problem: 'hash_out_of_bounds' });
});

function storedText(digest: 'sha1', iterations: number, hashBytes: number): string {
  const hash = Buffer.alloc(hashBytes).toString('base64').replace(/=+$/, '');
  return `$pbkdf2-${digest}$${iterations}$MDEyMzQ1Njc4OWFiY2RlZg$${hash}`;
}
