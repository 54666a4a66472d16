/** Equal work where hashes of several kinds are stored: an unknown name costs what some account costs (ruling I5). */

import { hashSync } from 'bcryptjs';
import { expect, onTestFinished, test } from 'vitest';
import { chooseHash } from '../../src/concepts/passwords/choose-hash.ts';
import { StandIns } from '../../src/concepts/passwords/stand-ins.ts';
import { hashKindOf } from '../../src/crypto/hashes/hash-kind.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { AccountToImport, HashKinds } from '../../src/storage/port/port.ts';
import { admit, login } from '../../src/usecases/login.ts';
import { register } from '../../src/usecases/register.ts';
import { NotedQueue } from '../support/noted-queue.ts';
import { caller, contextOf, openServices, type TestServices } from '../support/services.ts';

const password = 'correct horse battery';
const own = 'sha512 1000 16';
const bcrypt4 = hashSync(password, 4);
const bcrypt5 = hashSync(password, 5);
const argon2 = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzYWx0$8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0';

function account(
  identifier: string,
  passwordHash: string,
  changes: Partial<AccountToImport> = {},
): AccountToImport {
  return {
    ...{ userId: `id-${identifier}`, identifier, canonical: identifier, passwordHash },
    ...{ hashKind: passwordHash === '!' ? '!' : hashKindOf(passwordHash), fingerprint: digest(passwordHash) },
    ...{ email: null, emailVerifiedAt: null, createdAt: 1_000, disabledAt: null },
    ...{ factors: null, factorsFingerprint: null, devices: [], trustedBrowsers: [] },
    ...changes,
  };
}

async function write(services: TestServices, accounts: readonly AccountToImport[]): Promise<void> {
  const run = { source: 'origin', at: 2_000, onConflict: 'report', isDryRun: false } as const;
  const outcomes = await (await services.store.imports()).writeAccounts(accounts, run, contextOf('import'));
  for (const { outcome } of outcomes) expect(outcome).toBe('imported');
}

/** Services whose hashing notes what it is asked, and a login there, with the kinds of hash that it cost. */
async function withNotes() {
  const hashing = new NotedQueue();
  onTestFinished(() => hashing.close());
  const services = { ...(await openServices({ throttle: { on: false } })), hashing };
  const cost = async (identifier: string, text: string, now = caller().now) => {
    const outcome = await login(services, { identifier, password: text, idFormat: 'uuid' }, caller({ now }));
    return { refused: 'refused' in outcome ? outcome.refused : 'ok', kinds: hashing.asked() };
  };
  return { services, cost };
}

/** Names of no account, in each form. */
const unknown = (count: number, form: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => form(n));

test('I5: without an imported account, a name that does not exist costs a hash with the current parameters', async () => {
  const { services, cost } = await withNotes();
  await register(services, { identifier: 'joe@example.com', password, kind: 'email' }, caller());
  services.hashing.asked();
  for (const name of ['joe@example.com', 'nobody@example.com', 'nobody', 'no body'])
    expect((await cost(name, 'wrong password')).kinds).toEqual([own]);
});

test('I5: where all accounts of a form have one kind of hash, all names of that form cost it', async () => {
  const { services, cost } = await withNotes();
  await write(services, [
    account('hal@example.com', bcrypt4),
    account('ida', argon2),
    account('j. doe', bcrypt5),
  ]);
  const kinds = { '@example.com': bcrypt4, '': argon2, ' doe': bcrypt5 };
  for (const [ending, hash] of Object.entries(kinds)) {
    for (const name of unknown(8, (n) => `nobody${n}${ending}`)) {
      const expected = { refused: 'unknown_account', kinds: [hashKindOf(hash)] };
      expect(await cost(name, 'wrong password')).toEqual(expected);
      expect((await cost(name, 'lone \ud800')).kinds).toEqual([hashKindOf(hash)]);
      expect((await cost(name, 'x'.repeat(2_000))).kinds).toEqual([hashKindOf(hash)]);
    }
  }
  const wrong = { refused: 'wrong_password', kinds: [hashKindOf(bcrypt4)] };
  expect(await cost('hal@example.com', 'wrong password')).toEqual(wrong);
  expect(await cost('hal@example.com', 'lone \ud800')).toEqual(wrong);
  expect(await cost('hal@example.com', '\0')).toEqual(wrong);
});

test('I5: a name costs the same at every login, and kinds are as frequent among names as among accounts', async () => {
  const { services, cost } = await withNotes();
  const many = unknown(30, (n) => `person${n}@example.com`);
  await write(
    services,
    many.map((name, n) => account(name, n % 3 === 0 ? bcrypt4 : argon2)),
  );
  const names = unknown(60, (n) => `nobody${n}@example.com`);
  const first = await Promise.all(names.map((name) => services.standIns.for(name, 5_000)));
  const rare = first.filter((hash) => hash?.startsWith('$2b$')).length;
  expect(rare).toBeGreaterThan(5);
  expect(rare).toBeLessThan(40);
  // Another process, or the same after a restart.
  const others = new StandIns(services.store);
  expect(await Promise.all(names.map((name) => others.for(name, 9_000)))).toEqual(first);
  for (const [n, name] of names.slice(0, 5).entries())
    expect((await cost(name, 'wrong password')).kinds).toEqual([hashKindOf(first[n] ?? '')]);
});

test('I5: an account without a usable password, or disabled, costs what its name would', async () => {
  const { services, cost } = await withNotes();
  await write(services, [
    account('hal', argon2),
    account('ida', '!'),
    account('jon', bcrypt4, { disabledAt: 1_500 }),
  ]);
  const standIn = (await services.standIns.for('ida', caller().now)) ?? '';
  expect(await cost('ida', password)).toEqual({ refused: 'wrong_password', kinds: [hashKindOf(standIn)] });
  expect(await cost('jon', 'wrong password')).toEqual({
    refused: 'wrong_password',
    kinds: [hashKindOf(bcrypt4)],
  });
  expect(await cost('jon', password)).toEqual({ refused: 'account_disabled', kinds: [hashKindOf(bcrypt4)] });
});

test('I5: the store is asked once a minute, for known names and unknown ones alike, and for nothing more without imports', async () => {
  const { services } = await withNotes();
  const asked: string[] = [];
  const standIns = new StandIns({
    importKey() {
      asked.push('key');
      return services.store.importKey();
    },
    imports() {
      asked.push('imports');
      return services.store.imports();
    },
  });
  for (const at of [1_000, 2_000, 60_999]) expect(await standIns.for('nobody', at)).toBeUndefined();
  expect(asked).toEqual(['key']);
  await write(services, [account('hal', bcrypt4)]);
  expect(await standIns.for('nobody', 60_999)).toBeUndefined();
  expect(await standIns.for('nobody', 61_000)).toBe(bcrypt4);
  await Promise.all([standIns.for('hal', 61_001), standIns.for('nobody', 61_002)]);
  expect(asked).toEqual(['key', 'key', 'imports']);
  // A clock that was set back does not keep the answer for longer.
  await standIns.for('nobody', 0);
  expect(asked).toHaveLength(5);
});

test('I5: if the store cannot answer, the login fails, and the next one asks again', async () => {
  const { services } = await withNotes();
  await write(services, [account('hal', bcrypt4)]);
  let fails = true;
  const importKey = async () => {
    if (fails) throw new Error('The store cannot answer.');
    return services.store.importKey();
  };
  const standIns = new StandIns({ importKey, imports: () => services.store.imports() });
  await expect(standIns.for('nobody', 1_000)).rejects.toThrow('cannot answer');
  fails = false;
  expect(await standIns.for('nobody', 1_000)).toBe(bcrypt4);
});

test('I5: a hash that a login replaces takes its name out of the old kind, and changes hardly any other', () => {
  const kinds = (old: number): HashKinds[] => [
    { form: 'username', example: bcrypt4, count: old },
    { form: 'username', example: argon2, count: 500 },
    { form: 'username', example: null, count: 1_000 - old },
  ];
  const key = digest('a key');
  const names = unknown(2_000, (n) => `nobody${n}`);
  const [before, afterwards] = [500, 250].map((old) =>
    names.map((name) => chooseHash(kinds(old), key, name)),
  );
  const moved = names.filter((_, n) => before?.[n] !== afterwards?.[n]).length;
  const fromArgon2 = names.filter((_, n) => before?.[n] === argon2 && afterwards?.[n] !== argon2).length;
  expect(moved).toBeGreaterThan(300);
  expect(fromArgon2 / names.length).toBeLessThan(0.1);
  // Another key chooses otherwise.
  expect(names.map((name) => chooseHash(kinds(500), digest('another key'), name))).not.toEqual(before);
});

test('I5: kinds of which no account is left, and damaged hashes, are chosen for no name', () => {
  const kinds: HashKinds[] = [
    { form: 'username', example: bcrypt5, count: 0 },
    { form: 'username', example: 'damaged', count: 1_000 },
    { form: 'username', example: bcrypt4, count: 1 },
    { form: 'address', example: argon2, count: 1_000 },
  ];
  for (const name of unknown(50, (n) => `nobody${n}`))
    expect(chooseHash(kinds, digest('key'), name)).toBe(bcrypt4);
  expect(chooseHash([], digest('key'), 'nobody')).toBeUndefined();
});

test('I2: at a login, a foreign hash is verified and replaced, once; a wrong password costs the same verification', async () => {
  const { services, cost } = await withNotes();
  await write(services, [account('hal', bcrypt4)]);
  const [kind] = (await cost('hal', 'wrong password')).kinds;
  expect(kind).toBe(hashKindOf(bcrypt4));
  expect(await cost('hal', password)).toEqual({ refused: 'ok', kinds: [kind, own] });
  expect(await cost('hal', password)).toEqual({ refused: 'ok', kinds: [own] });
});

test('I3: a login whose hash is wrapped while it is under way succeeds', async () => {
  const { services } = await withNotes();
  const weak = '$unwrapped$digest-md5$$$kAFQmDzST7DWlj99KOF/cg';
  const wrapped = `$wrapped$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$${'A'.repeat(86)}$16$digest-md5$$$`;
  await write(services, [account('hal', weak)]);
  const credential = await services.accounts.credential('hal');
  const wrapping = { userId: 'id-hal', expected: weak, passwordHash: wrapped, hashKind: hashKindOf(wrapped) };
  expect(await (await services.store.imports()).wrapHash(wrapping)).toBe(true);
  const admission = { knownDevice: undefined, isTrusted: false };
  const admitAs = (passwordHash: string) =>
    credential && admit(services, { ...credential, passwordHash }, { idFormat: 'uuid' }, admission, caller());
  expect(await admitAs(weak)).toHaveProperty('session');
  expect(await admitAs('$unwrapped$digest-md5$YQ$$kAFQmDzST7DWlj99KOF/cg')).toHaveProperty('refused');
});
