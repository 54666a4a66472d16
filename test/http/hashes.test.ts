/** How passwords are kept (ruling G5), and that a failed login costs the same whatever it failed for (ruling G17). */

import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ann, contracts, envelope, joe, login, register, type WireContract } from '../support/contracts.ts';
import { bytesOnDisk, query } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const current = /^\$pbkdf2-sha512\$i=1000,l=64\$([\w+/]{22})\$([\w+/]{86})$/;

async function storedHash(server: TestServer, canonical: string = joe.username): Promise<string> {
  const [row] = await query(server, 'SELECT password_hash FROM auth WHERE canonical = ?', canonical);
  return String(row?.['password_hash']);
}

/** A hash as another program, or an earlier setting, would have written it. */
function foreignHash(digest: string, iterations: number, saltBytes: number, hashBytes: number): string {
  const salt = randomBytes(saltBytes);
  const hash = pbkdf2Sync(joe.password, salt, iterations, hashBytes, digest);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return `$pbkdf2-${digest}$i=${iterations},l=${hashBytes}$${text(salt)}$${text(hash)}`;
}

test('G5: a password is kept as PBKDF2-HMAC-SHA-512 in PHC form, with salt and hash of full length', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  await register(server, ann.email, ann.password);
  for (const [name, password] of [
    [joe.username, joe.password],
    [ann.email, ann.password],
  ] as const) {
    const [, salt, hash] = current.exec(await storedHash(server, name)) ?? [];
    const expected = pbkdf2Sync(password, Buffer.from(String(salt), 'base64'), 1_000, 64, 'sha512');
    expect(Buffer.from(String(salt), 'base64')).toHaveLength(16);
    expect(Buffer.from(String(hash), 'base64')).toEqual(expected);
  }
});

test('G5: one password of two people is kept under two salts', async () => {
  const server = await startServer();
  await register(server, 'one', joe.password);
  await register(server, 'two', joe.password);
  const hashes = [await storedHash(server, 'one'), await storedHash(server, 'two')];
  const salts = hashes.map((hash) => current.exec(hash)?.[1]);
  expect(new Set(salts).size).toBe(2);
});

test('G5: a new password costs 220,000 iterations by default', async () => {
  const server = await startServer({ GATEHOUSE_PBKDF2_ITERATIONS: '' });
  await register(server, joe.username, joe.password);
  expect(await storedHash(server)).toMatch(/^\$pbkdf2-sha512\$i=220000,l=64\$/);
});

test('G5: the password is nowhere on disk in plain text', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  expect((await login(server, envelope, joe.username, joe.password)).status).toBe(200);
  const bytes = await bytesOnDisk(server);
  expect(bytes.includes(joe.username)).toBe(true);
  expect(bytes.includes(joe.password)).toBe(false);
});

const foreign: readonly [string, string, number, number, number][] = [
  ['SHA-256', 'sha256', 1_000, 16, 64],
  ['more iterations', 'sha512', 5_000, 16, 64],
  ['fewer iterations', 'sha512', 10, 16, 64],
  ['a short salt', 'sha512', 1_000, 8, 64],
  ['a long salt', 'sha512', 1_000, 32, 64],
  ['a short hash', 'sha512', 1_000, 16, 32],
  ['everything different', 'sha1', 1_234, 12, 20],
];

for (const [index, [what, digest, iterations, saltBytes, hashBytes]] of foreign.entries()) {
  const contract = contracts[index % contracts.length] ?? envelope;
  test(`G5: a row with ${what} verifies, and a login through ${contract.name} brings it up to date`, async () => {
    const server = await startServer();
    await register(server, joe.username, joe.password);
    const old = foreignHash(digest, iterations, saltBytes, hashBytes);
    await query(server, 'UPDATE auth SET password_hash = ?', old);

    expect((await login(server, contract, joe.username, 'wrong password')).status).toBe(401);
    expect(await storedHash(server)).toBe(old);

    expect((await login(server, contract, joe.username, joe.password)).status).toBe(200);
    const upgraded = await storedHash(server);
    expect(upgraded).toMatch(current);

    expect((await login(server, contract, joe.username, joe.password)).status).toBe(200);
    expect(await storedHash(server)).toBe(upgraded);
    expect((await login(server, contract, joe.username, 'wrong password')).status).toBe(401);
  });
}

test('G5: a login with a damaged row fails, and the answer does not mention the row', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  await register(server, joe.username, joe.password);
  for (const damaged of ['', joe.password, '$pbkdf2-sha512$i=0,l=64$$', '$2b$10$abcdefghijklmnopqrstuv']) {
    await query(server, 'UPDATE auth SET password_hash = ?', damaged);
    for (const contract of contracts) {
      const answer = await login(server, contract, joe.username, joe.password);
      expect(answer.status).toBe(500);
      expect(contract.errorIn(answer)).toBe('Internal error');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  }
});

/** Enough that one hash outweighs everything else a request costs, by far. */
const dear = 100_000;

/** Processor time of the whole process, hashing threads included: waiting for other programs does not count. */
async function costMs(ask: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await ask();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * The least each of several requests cost, asked in turns, so that a slow moment of the machine hits them alike.
 * At least five turns; more, up to thirty, while the figures are not as they must be: the least only ever
 * falls, to what the request truly costs, and a core that another program shares can double every figure of a turn.
 */
async function minCosts(
  asks: Readonly<Record<string, () => Promise<unknown>>>,
  asTheyMustBe: (costs: Map<string, number>) => boolean,
): Promise<Map<string, number>> {
  const least = new Map<string, number>();
  for (let turn = 0; turn < 5 || (turn < 30 && !asTheyMustBe(least)); turn += 1) {
    for (const [what, ask] of Object.entries(asks)) {
      least.set(what, Math.min(await costMs(ask), least.get(what) ?? Number.POSITIVE_INFINITY));
    }
  }
  return least;
}

/** Ways to fail at a login that must have the same cost. */
function failures(server: TestServer, contract: WireContract): Record<string, () => Promise<unknown>> {
  const attempt = (identifier: string, password: string) => async () =>
    expect((await login(server, contract, identifier, password)).status).toBe(401);
  return {
    'a wrong password': attempt(joe.username, 'wrong password'),
    'an unknown identifier': attempt('nobody', joe.password),
    'an over-long password': attempt(joe.username, 'x'.repeat(5_000)),
    'an over-long password of an unknown name': attempt('nobody', 'x'.repeat(5_000)),
    'a password that is not well-formed': attempt(joe.username, '\uD800'),
    'a malformed identifier': attempt('not / an / identifier', joe.password),
    'an over-long identifier': attempt('x'.repeat(10_000), joe.password),
  };
}

test.each(contracts)('G17: every failed login through $name costs one hash', async (contract) => {
  const server = await startServer({
    GATEHOUSE_PBKDF2_ITERATIONS: String(dear),
    GATEHOUSE_THROTTLE: 'off',
  });
  await register(server, joe.username, joe.password);
  const nothing = async () => expect((await server.post(contract.loginPath, {})).status).toBe(400);
  const costs = await minCosts({ nothing, ...failures(server, contract) }, (figures) => {
    const { nothing: none = 0, 'a wrong password': one = 0, ...others } = Object.fromEntries(figures);
    return one > none * 3 && Object.values(others).every((cost) => cost > one * 0.6 && cost < one * 1.6);
  });
  const one = costs.get('a wrong password') ?? Number.NaN;
  // The measure is worth something: one hash stands far out from none.
  expect(one).toBeGreaterThan((costs.get('nothing') ?? Number.NaN) * 3);
  costs.delete('nothing');
  expect(costs.size).toBe(7);
  for (const [what, cost] of costs) {
    expect(cost, what).toBeGreaterThan(one * 0.6);
    expect(cost, what).toBeLessThan(one * 1.6);
  }
});
