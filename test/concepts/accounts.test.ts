/** Accounts: the person who registers a free name owns it, in upper and lower case. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Accounts, canonical, type Identifier, type IdentifierKind } from '../../src/concepts/accounts.ts';
import { contextOf } from '../support/services.ts';
import { openStore, otherConnection } from '../support/sqlite.ts';

/** What making an account leaves in the audit. */
const context = contextOf('register');

/** Accounts over a real store, with what most tests ask of their rules of form. */
function openAccounts() {
  const store = openStore();
  const accounts = new Accounts(store.accounts);
  const name = (typed: string, kind: IdentifierKind = 'username'): Identifier => {
    const named = accounts.name(typed, kind);
    if ('refused' in named) throw new Error(`${typed} was refused`);
    return named;
  };
  return {
    accounts,
    store,
    file: store.file,
    /** The checked form of an identifier that is known to be legal. */
    name,
    accepts: (typed: string, kind: IdentifierKind) => !('refused' in accounts.name(typed, kind)),
    create: (typed: string, kind?: IdentifierKind) =>
      accounts.create(name(typed, kind), 'hash', 1_000, context),
  };
}

/** The same text with its ASCII letters cased by chance. */
const recased = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((c, n) => (upper[n] ? c.toUpperCase() : c.toLowerCase())).join(''));

const usernames = fc.stringMatching(/^[a-zA-Z0-9_]{3,40}$/);
const emails = fc.stringMatching(
  /^[a-zA-Z0-9_+-]{1,20}(\.[a-zA-Z0-9]{1,10}){0,2}@[a-zA-Z0-9]{1,20}(\.[a-zA-Z0-9]{1,10}){0,3}$/,
);

test('principle: a free name belongs to the user who registers it, in upper and lower case', async () => {
  const { accounts, store, create, name } = openAccounts();
  const joe = await create('Joe_Smith');
  const nothing = { emailVerifiedAt: null, disabledAt: null };
  expect(joe).toEqual({
    id: expect.any(String),
    identifier: 'Joe_Smith',
    createdAt: 1_000,
    email: null,
    ...nothing,
  });
  const ann = await create('Ann@example.com', 'email');
  expect(ann).toMatchObject({ identifier: 'Ann@example.com', email: 'Ann@example.com', ...nothing });
  const second = await accounts.create(name('JOE_SMITH'), 'other', 2_000, context);
  expect(second).toEqual({ refused: 'identifier_taken' });

  const joes = await accounts.credential('Joe_Smith');
  expect(joes).toMatchObject({ identifier: 'Joe_Smith', passwordHash: 'hash', hasUser: true });
  expect(await store.accounts.findUser(String(joes?.userId))).toEqual(joe);
  for (const spelling of ['joe_smith', 'JOE_SMITH', 'jOe_SmItH']) {
    expect(await accounts.credential(spelling)).toEqual(joes);
  }
  const anns = await accounts.credential('ANN@EXAMPLE.COM');
  expect(await store.accounts.findUser(String(anns?.userId))).toEqual(ann);
});

test('of many concurrent registrations of one name, in any case, exactly one succeeds', async () => {
  const { create } = openAccounts();
  const spellings = ['joe', 'Joe', 'jOe', 'joE', 'JOe', 'JoE', 'jOE', 'JOE'];
  const outcomes = await Promise.all(spellings.map((spelling) => create(spelling)));
  expect(outcomes.filter((outcome) => 'id' in outcome)).toHaveLength(1);
  expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(7);
});

test('the canonical form of a canonical form is itself, and does not depend on the case of ASCII letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(canonical(canonical(text))).toBe(canonical(text));
      expect(canonical(text)).toHaveLength(text.length);
      expect(canonical(text)).not.toMatch(/[A-Z]/);
    }),
  );
  const cased = fc.oneof(usernames, emails).chain((text) => fc.tuple(recased(text), recased(text)));
  fc.assert(
    fc.property(cased, ([one, other]) => {
      expect(canonical(one)).toBe(canonical(other));
    }),
  );
});

test('only ASCII letters change: what Unicode calls equal stays different', () => {
  expect(canonical('ABCXYZabcxyz0189_@.-')).toBe('abcxyzabcxyz0189_@.-');
  // The Kelvin sign, a Turkish I, a full-width A, a sharp s, a Greek sigma.
  for (const text of ['\u212a', 'İ', 'Ａ', 'ẞ', 'Σ']) expect(canonical(text)).toBe(text);
});

test('no text is both a username and an e-mail address', () => {
  const { accepts } = openAccounts();
  fc.assert(
    fc.property(usernames, (name) => {
      expect(accepts(name, 'username')).toBe(true);
      expect(accepts(name, 'email')).toBe(false);
    }),
  );
  fc.assert(
    fc.property(emails, (address) => {
      expect(accepts(address, 'email')).toBe(true);
      expect(accepts(address, 'username')).toBe(false);
    }),
  );
});

test('what is accepted is kept as typed beside its canonical form', () => {
  const { name } = openAccounts();
  fc.assert(
    fc.property(usernames, (typed) => {
      expect(name(typed)).toEqual({ typed, canonical: canonical(typed) });
    }),
  );
});

test('a username has 3 to 40 characters of [a-zA-Z0-9_]', () => {
  const { accepts } = openAccounts();
  for (const legal of ['abc', '___', '012', 'a'.repeat(40), 'Joe_Smith']) {
    expect(accepts(legal, 'username'), legal).toBe(true);
  }
  const tooShortOrLong = ['', 'a', 'ab', 'a'.repeat(41)];
  const padded = [' abc', 'abc ', 'a b', 'abc\n', '\nabc', 'abc\0', 'abc\r'];
  const foreign = ['a-b', 'a.b', 'joé', 'абв', 'ａｂｃ', 'a@b.c', 'a\u200bbc', '١٢٣'];
  for (const illegal of [...tooShortOrLong, ...padded, ...foreign]) {
    expect(accepts(illegal, 'username'), JSON.stringify(illegal)).toBe(false);
  }
});

/** A domain of a given length, in labels that are short enough. */
const domain = (length: number) => 'a.'.repeat(length).slice(-length).replace(/^\./, 'a').replace(/\.$/, 'a');

test('an e-mail address is a dot-string, @, and a host name', () => {
  const { accepts } = openAccounts();
  for (const legal of [
    'user@example.com',
    'u@localhost',
    'first.last+tag@sub.example.co.uk',
    "o'brien!#$%&*/=?^_`{|}~-@example.com",
    'u@xn--bcher-kva.example',
    'u@1.2',
  ]) {
    expect(accepts(legal, 'email'), legal).toBe(true);
  }
  const broken = [
    '',
    '@',
    'user',
    'user@',
    '@example.com',
    'a@b@c.com',
    'a@b.com,c@d.com',
    'a@b.com;c@d.com',
  ];
  const padded = ['user@example.com ', ' user@example.com', 'us er@example.com', 'user@exam ple.com'];
  const controls = ['user@example.com\n', '\nuser@example.com', 'user@example.com\0', 'us\ter@example.com'];
  const quoted = ['"user"@example.com', 'user"@example.com', '<user@example.com>', 'User <user@example.com>'];
  const dots = ['.u@example.com', 'u.@example.com', 'u..r@example.com', 'u@.example.com', 'u@example.com.'];
  const hosts = ['u@a..b', 'u@-a.com', 'u@a-.com', 'u@a_b.com', 'u@[192.0.2.1]', 'u@a.com:25'];
  const foreign = ['üser@example.com', 'user@exämple.com', 'user@example。com', 'user＠example.com'];
  for (const illegal of [broken, padded, controls, quoted, dots, hosts, foreign].flat()) {
    expect(accepts(illegal, 'email'), JSON.stringify(illegal)).toBe(false);
  }
});

test.each([
  ['a local part of', 64, (length: number) => `${'a'.repeat(length)}@example.com`],
  ['a label of', 63, (length: number) => `u@${'b'.repeat(length)}.com`],
  ['an address of', 254, (length: number) => `${'a'.repeat(60)}@${domain(length - 61)}`],
])('%s %i characters is accepted, one more is not', (_what, limit, address) => {
  const { accepts } = openAccounts();
  expect(accepts(address(limit), 'email')).toBe(true);
  expect(accepts(address(limit + 1), 'email')).toBe(false);
});

test('any text may be looked up at a login, and finds no user', async () => {
  const { accounts, create } = openAccounts();
  await create('joe');
  for (const text of ['', 'jo', 'joe ', 'joe\0', "' OR 1=1 --", '%', 'j_e', '\ud800', 'a'.repeat(16_384)]) {
    expect(await accounts.credential(text)).toBeUndefined();
  }
});

test('a hash is not replaced if it was replaced in the meantime', async () => {
  const { accounts, create } = openAccounts();
  await create('Joe');
  const seen = await accounts.credential('joe');
  if (!seen) throw new Error('joe is not there');
  await accounts.replaceHash(seen, 'second');
  expect((await accounts.credential('joe'))?.passwordHash).toBe('second');
  await accounts.replaceHash(seen, 'third');
  expect((await accounts.credential('joe'))?.passwordHash).toBe('second');
});

test('a user without a credential does not exist', async () => {
  const { accounts, create, file, store } = openAccounts();
  await create('joe');
  const userId = String((await accounts.credential('joe'))?.userId);
  expect((await store.accounts.findUser(userId))?.identifier).toBe('joe');
  otherConnection(file).exec('DELETE FROM auth');
  await nextTurn();
  expect(await store.accounts.findUser(userId)).toBeUndefined();
});
