/** What may be an identifier, and that it leads to its account on every contract (ruling G3). */

import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { ann, check, contracts, dotjson, joe, login, register } from '../support/contracts.ts';
import { countRows, rowsOf } from '../support/database.ts';
import { imported, linesFile } from '../support/importing.ts';
import { sharedServer, startServer, type TestServer } from '../support/server.ts';

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

/** For names without an account, and names that no two tests share. */
const shared = sharedServer(unthrottled);

/** The accounts whose name, as typed or in canonical form, is a text. */
async function accounts(server: TestServer, name: string): Promise<unknown[]> {
  const folded = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const rows = await rowsOf(server, 'auth');
  return rows.filter(({ identifier, canonical }) => identifier === name || canonical === folded);
}

/** 64 characters before the `@`, then labels of 63, 63 and as many as are missing. */
function emailOfLength(length: number): string {
  const label = 'd'.repeat(63);
  return `${'l'.repeat(64)}@${label}.${label}.${'d'.repeat(length - 64 - 1 - 64 - 64)}`;
}

test.each([
  ['three characters', 'abc'],
  ['forty characters', 'a'.repeat(40)],
  ['digits only', '123'],
  ['underscores only', '___'],
  ['every kind of character', 'Joe_Cool_42'],
])('G3: a username of %s is accepted and logs in through every contract', async (_, username) => {
  const server = shared();
  const registered = await register(server, username, joe.password);
  expect(registered.status).toBe(200);
  expect(registered.json['username']).toBe(username);
  for (const contract of contracts) {
    for (const typed of [username, username.toUpperCase(), username.toLowerCase()]) {
      expect((await login(server, contract, typed, joe.password)).status).toBe(200);
    }
  }
});

test.each([
  ['nothing', ''],
  ['two characters', 'ab'],
  ['forty-one characters', 'a'.repeat(41)],
  ['a space before it', ' joe'],
  ['a space after it', 'joe '],
  ['a line feed after it', 'joe\n'],
  ['a NUL after it', 'joe\0'],
  ['a hyphen', 'joe-cool'],
  ['a dot', 'joe.cool'],
  ['an @', 'joe@example.com'],
  ['a full-width letter', 'ｊoe'],
  ['a Kelvin sign', '\u{212A}ate'],
  ['a long s', 'jo\u{17F}e'],
  ['a Cyrillic letter', 'jо\u{435}'],
  ['a combining accent', 'joe\u{301}'],
  ['an Arabic digit', 'joe\u{661}'],
  ['a zero-width joiner', 'jo\u{200D}e'],
  ['a lone surrogate', 'joe\uD800'],
  ['a quote and SQL', "joe' OR '1'='1"],
])('G3: a username with %s is refused', async (_, username) => {
  const server = shared();
  const answer = await server.post('/register.json', { username, password: joe.password });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ error: 'Invalid username' });
  expect(await accounts(server, username)).toEqual([]);
});

test.each([
  ['the shortest form', 'a@b'],
  ['254 characters', emailOfLength(254)],
  ['mixed case', 'Ann.Other@Example.COM'],
  ['a plus and other signs', 'ann+tag!#$%&*/=?^_{|}~-@example.com'],
  ['a host with hyphens and digits', 'ann@mail-1.3com.example'],
])('G3: an e-mail address of %s is accepted and logs in through every contract', async (_, email) => {
  const server = shared();
  expect((await register(server, email, ann.password)).status).toBe(201);
  for (const contract of contracts) {
    for (const typed of [email, email.toUpperCase(), email.toLowerCase()]) {
      const answer = await login(server, contract, typed, ann.password);
      expect(answer.status).toBe(200);
      if (contract === dotjson) expect(answer.json['username']).toBe(email);
    }
  }
});

test.each([
  ['nothing', ''],
  ['no @', 'ann'],
  ['two @', 'ann@home@example.com'],
  ['nothing before the @', '@example.com'],
  ['nothing after the @', 'ann@'],
  ['255 characters', emailOfLength(255)],
  ['65 characters before the @', `${'l'.repeat(65)}@example.com`],
  ['a quoted local part', '"ann"@example.com'],
  ['a quoted space', '"ann other"@example.com'],
  ['a comma', 'ann,bob@example.com'],
  ['two addresses', 'ann@example.com, bob@example.com'],
  ['a space inside', 'an n@example.com'],
  ['a space before it', ' ann@example.com'],
  ['a space after it', 'ann@example.com '],
  ['a tab', 'ann\t@example.com'],
  ['a line feed and a header', 'ann@example.com\nBcc: bob@example.com'],
  ['a carriage return', 'ann@example.com\r'],
  ['a NUL', 'ann\0@example.com'],
  ['a DEL', 'ann\x7F@example.com'],
  ['an umlaut', 'änn@example.com'],
  ['a Cyrillic host', 'ann@ex\u{430}mple.com'],
  ['a full-width @', 'ann\u{FF20}example.com'],
  ['angle brackets', '<ann@example.com>'],
  ['a display name', 'Ann <ann@example.com>'],
  ['dots in a row', 'ann..other@example.com'],
  ['a dot before the @', 'ann.@example.com'],
  ['a dot after the @', 'ann@.example.com'],
])('G3: an e-mail address with %s is refused', async (_, email) => {
  const server = shared();
  const answer = await server.post('/auth/register', { email, password: ann.password });
  expect(answer.status).toBe(422);
  expect(answer.json['detail']).toBe('Invalid email');
  expect(answer.cookie).toBeUndefined();
  expect(await accounts(server, email)).toEqual([]);
});

test('G3: names that differ in the case of ASCII letters only are one name', async () => {
  const server = await startServer();
  await register(server, 'JoeCool', joe.password);
  await register(server, 'Ann@Example.com', ann.password);
  for (const username of ['joecool', 'JOECOOL', 'JoeCool']) {
    const answer = await server.post('/register.json', { username, password: 'another one' });
    expect(answer.status).toBe(409);
  }
  for (const email of ['ann@example.com', 'ANN@EXAMPLE.COM', 'aNN@eXAMPLE.com']) {
    const answer = await server.post('/auth/register', { email, password: 'another one' });
    expect(answer.status).toBe(409);
  }
  expect(await countRows(server, 'auth')).toBe(2);
});

test('G3: a login never finds an account under a look-alike, a pattern, or a name with something added', async () => {
  const server = await startServer(unthrottled);
  await register(server, 'kissme', joe.password);
  await register(server, 'kiss@example.com', joe.password);
  const lookAlikes = [
    '\u{212A}issme',
    'ki\u{17F}sme',
    'ｋissme',
    'kissme ',
    ' kissme',
    'kissme\0',
    'kissme\0more',
    'kissme\n',
    'kiss%',
    'kiss_e',
    'k*',
    "kissme'--",
    'kissme\u{301}',
    'kissme\uD800',
    '\u{212A}iss@example.com',
    'kiss@example.com\0',
    'kiss@example.com.',
    'kiss',
    '',
  ];
  for (const contract of contracts) {
    for (const typed of lookAlikes) {
      const answer = await login(server, contract, typed, joe.password);
      expect(answer.status, JSON.stringify(typed)).toBe(401);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  }
});

test('G3: a login checks no form: a malformed identifier is unknown', async () => {
  const server = shared();
  for (const contract of contracts) {
    for (const typed of ['a', 'not an identifier at all', '💥', '"', '{}']) {
      expect((await login(server, contract, typed, joe.password)).status).toBe(401);
    }
  }
});

/** Names that an import keeps as they are, with what the check says of each; sessions are numbered in this order. */
const importedNames = [
  [{ username: "o'brien@" }, { email: "o'brien@", email_verified: false }],
  [
    { username: 'j\u00f6rg@m\u00fcller.example' },
    { email: 'j\u00f6rg@m\u00fcller.example', email_verified: false },
  ],
  [
    { username: `${'\u{1f600}'.repeat(253)}@` },
    { email: `${'\u{1f600}'.repeat(253)}@`, email_verified: false },
  ],
  [{ username: '\u00fcn\u00ef c\u00f6d\u00e9' }, { username: '\u00fcn\u00ef c\u00f6d\u00e9' }],
  [
    { username: 'bank@example.com', email: 'thief@example.com', email_verified: true },
    { email: 'bank@example.com', email_verified: false },
  ],
  [
    { username: 'Ann@Example.com', email: 'ann@example.com', email_verified: true },
    { email: 'Ann@Example.com', email_verified: true },
  ],
  // It has the address of the one before, and another name.
  [
    { username: 'ANN@example.com', email_verified: true },
    { email: 'ANN@example.com-2', email_verified: false },
  ],
] as const;

test('I4, B3: the check shows names from elsewhere as they are, and verified only if the name is the address', async () => {
  const server = await startServer(unthrottled);
  const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;
  const hash = hashSync(joe.password, 4);
  const lines = importedNames.map(([names, _], n) => ({
    ...{ id: `origin-${n}`, password_hash: hash, sessions: [{ id: idOf(n) }] },
    ...names,
  }));
  await imported(server.database, [linesFile(lines)], '--on-conflict', 'suffix');
  for (const [n, [_, shown]] of importedNames.entries()) {
    const [name = ''] = Object.values(shown).map(String);
    const logins = contracts.map(async (contract) =>
      contract.idIn(await login(server, contract, name, joe.password)),
    );
    for (const id of [idOf(n), ...(await Promise.all(logins))]) {
      const { status, json } = await check(server, id);
      expect([status, json['user']], name).toEqual([
        200,
        { id: `origin-${n}`, ...shown, created_at: expect.any(String) },
      ]);
    }
  }
});
