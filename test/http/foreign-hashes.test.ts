/** Logins with hashes of other systems, through every contract: they verify, and weaker ones are replaced (ruling I2). */

import { argon2Sync, createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { argon2Hash, digestHash, pbkdf2Hash, scryptHash } from '../../src/crypto/hashes/read-hash.ts';
import { contracts, envelope, joe, login, register, type WireContract } from '../support/contracts.ts';
import { query } from '../support/database.ts';
import { storedOf } from '../support/foreign-verification.ts';
import { startServer, type TestServer } from '../support/server.ts';

const current = /^\$pbkdf2-sha512\$i=1000,l=64\$/;
const salt = Buffer.from('0123456789abcdef');
const bcrypt = (password: string) => hashSync(password, 4);

/** A weaker hash of each kind that is computed in another way. */
const weaker: Readonly<Record<string, (password: string) => string>> = {
  bcrypt,
  'bcrypt of SHA-256': (password) =>
    `bcrypt_sha256$${bcrypt(createHash('sha256').update(password).digest('hex'))}`,
  PBKDF2: (password) => storedOf(pbkdf2Hash('sha1', 10, salt, pbkdf2Sync(password, salt, 10, 20, 'sha1'))),
  scrypt: (password) =>
    storedOf(scryptHash({ n: 16, r: 8, p: 1 }, salt, scryptSync(password, salt, 64, { N: 16 }))),
  'a digest': (password) =>
    `$unwrapped${storedOf(digestHash('md5', createHash('md5').update(password).digest()))}`,
};

/** A server with joe, whose hash is that of another system. */
async function serverWith(hash: string): Promise<TestServer> {
  const server = await startServer();
  await register(server, joe.username, 'another password');
  await query(server, 'UPDATE auth SET password_hash = ?', hash);
  return server;
}

async function storedHash(server: TestServer): Promise<string> {
  const [row] = await query(server, 'SELECT password_hash FROM auth WHERE canonical = ?', joe.username);
  return String(row?.['password_hash']);
}

const logIn = async (server: TestServer, contract: WireContract, password: string) =>
  (await login(server, contract, joe.username, password)).status;

for (const [index, [kind, make]] of Object.entries(weaker).entries()) {
  const contract = contracts[index % contracts.length] ?? envelope;
  test(`I2: ${kind} verifies through ${contract.name}, and the login replaces it`, async () => {
    const old = make(joe.password);
    const server = await serverWith(old);
    expect(await logIn(server, contract, 'wrong password')).toBe(401);
    expect(await storedHash(server)).toBe(old);
    expect(await logIn(server, contract, joe.password)).toBe(200);
    expect(await storedHash(server)).toMatch(current);
    expect(await logIn(server, contract, joe.password)).toBe(200);
    expect(await logIn(server, contract, 'wrong password')).toBe(401);
  });
}

test('I2: Argon2id with parameters of OWASP verifies, and stays', async () => {
  const costs = { parallelism: 1, tagLength: 32, memory: 7_168, passes: 5 };
  const hash = argon2Sync('argon2id', { message: joe.password, nonce: salt, ...costs });
  const stored = storedOf(argon2Hash('argon2id', { memoryKiB: 7_168, passes: 5, lanes: 1 }, salt, hash));
  const server = await serverWith(stored);
  expect(await logIn(server, envelope, 'wrong password')).toBe(401);
  expect(await logIn(server, envelope, joe.password)).toBe(200);
  expect(await storedHash(server)).toBe(stored);
});

test.each([
  ['short', 'x'],
  ['empty', ''],
])(
  'I2: a password that is %s logs in on every contract that lets it through, and keeps its hash',
  async (_, password) => {
    const old = bcrypt(password);
    const server = await serverWith(old);
    const statuses = await Promise.all(contracts.map((contract) => logIn(server, contract, password)));
    expect(statuses).toEqual(contracts.map(() => 200));
    expect(await storedHash(server)).toBe(old);
  },
);

test('I2: eight logins at once with a foreign hash all succeed, and one of them replaces it', async () => {
  const server = await serverWith(bcrypt(joe.password));
  const statuses = await Promise.all(Array.from({ length: 8 }, () => logIn(server, envelope, joe.password)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await storedHash(server)).toMatch(current);
});

test('a damaged foreign hash is answered 500, and an account without a usable password 401', async () => {
  const server = await serverWith('$2b$04$damaged');
  expect(await logIn(server, envelope, joe.password)).toBe(500);
  await query(server, 'UPDATE auth SET password_hash = ?', '!');
  for (const password of [joe.password, '!']) expect(await logIn(server, envelope, password)).toBe(401);
});
