/** Hashes that are not read: unsupported kinds are named, and damaged ones are malformed (ruling I2). */

import { expect, test } from 'vitest';
import { readHash } from '../../../src/crypto/hashes/read-hash.ts';

const bcryptEnd = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const argon2End = '$c29tZXNhbHRzYWx0$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';

test.each([
  ['PHPass', '$P$B123456789012345678901234567890'],
  ['PHPass', '$H$9123456789012345678901234567890'],
  ['SHA-crypt', '$6$saltsalt$hash'],
  ['SHA-crypt', '$5$rounds=5000$saltsalt$hash'],
  ['MD5-crypt', '$1$salt$hash'],
  ['yescrypt', '$y$j9T$salt$hash'],
  ['SSHA', '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='],
  ['SSHA', '{ssha256}W6ph5Mm5Pz8GgiULbPgzG37mj9g='],
  ["LDAP's scheme", '{CRYPT}$6$saltsalt$hash'],
  ['2x', `$2x$10$${bcryptEnd}`],
  ['(2 or', `$2$10$${bcryptEnd}`],
  ['Argon2d', `$argon2d$v=19$m=65536,t=3,p=4${argon2End}`],
  ['before 1.3', `$argon2id$v=16$m=65536,t=3,p=4${argon2End}`],
  [
    "passlib's bcrypt_sha256",
    '$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2',
  ],
  ["Werkzeug's HMAC", 'sha256$salt$0a'],
  ["MySQL's digest", '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'],
  ['name no algorithm', 'a'.repeat(40)],
  ['unknown', 'supersecure password in plain text'],
])('I2: %s is named, and not imported', (name, text) => {
  const read = readHash(text);
  expect(read).toMatchObject({ problem: 'unsupported_hash', message: expect.stringContaining(name) });
});

test.each([
  ['an empty text', ''],
  ['a bcrypt hash that was cut', `$2b$10$${bcryptEnd.slice(1)}`],
  ['bcrypt with a letter of another alphabet', `$2b$10$${bcryptEnd.replace('q', '+')}`],
  ['PBKDF2 without iterations', '$pbkdf2-sha256$0$MDEy$8UTZSbJyHoY4Jd'],
  ['PBKDF2 in padded base64', '$pbkdf2-sha256$1000$MDEy$8UTZSbJyHoY4Jd=='],
  ['PBKDF2 with broken base64', '$pbkdf2-sha256$1000$MDEyM$8UTZSbJyHoY4Jd.uoMQ8Xz7pQk1k9mP2J6U6PjPz3jE'],
  ["Django's PBKDF2 without a salt's end", 'pbkdf2_sha256$1000$abc'],
  ["Django's PBKDF2 with a sign", 'pbkdf2_sha256$-1$abc$0wGX8Po5bP1sq+0w8+FQ4BdXd7NexwsZ5nNCRDYXGu4='],
  ["Django's scrypt with a fraction", 'scrypt$1.5$abc$8$1$0wGX8Po5bP1sq+0w8+FQ4BdXd7NexwsZ5nNCRDYXGu4='],
  ["Werkzeug's PBKDF2 without iterations", 'pbkdf2:sha256$salt$0a'],
  ["Werkzeug's scrypt with letters", 'scrypt:a:8:1$salt$0a'],
  ["Werkzeug's scrypt whose N is no power of two", `scrypt:1000:8:1$salt$${'0a'.repeat(64)}`],
  ['ASP.NET Identity 3 whose salt is longer than the rest', 'AQAAAAEAACcQAAAAIAABAgMEBQYHCAkKCwwNDg=='],
  [
    'ASP.NET Identity 3 with an unknown digest',
    'AQAAAAkAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
  ],
  [
    'a wrapping of a wrapping',
    `$wrapped$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}$64$wrapped$x$`,
  ],
  [
    'a wrapping of bcrypt',
    `$wrapped$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}$23$2b$10$`,
  ],
  ['two thousand characters more', '$'.repeat(3_000)],
])('%s is a malformed hash', (_, text) => {
  expect(readHash(text)).toMatchObject({ problem: 'malformed_hash' });
});
