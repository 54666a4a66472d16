/** What may be a password, and that it is taken exactly as it was sent (ruling G4). */

import { expect, test } from 'vitest';
import { contracts, joe, login, problemIn, register } from '../support/contracts.ts';
import { sharedServer, startServer, type TestServer } from '../support/server.ts';

/** For passwords that are refused, and people that no two tests share. */
const shared = sharedServer({ GATEHOUSE_THROTTLE: 'off' });
let people = 0;

/** A letter outside the Basic Multilingual Plane: one code point, two UTF-16 units, four bytes. */
const astral = '\u{1F511}';

/** Tries a password on both contracts that register; both must agree. Returns the reason, or `undefined`. */
async function refusalOf(
  server: TestServer,
  password: string,
  name = 'somebody',
): Promise<string | undefined> {
  const byMail = await server.post('/auth/register', { email: `${name}@example.com`, password });
  const byName = await server.post('/register.json', { username: name, password });
  if (byMail.status === 201) {
    expect(byName.status).toBe(200);
    return undefined;
  }
  expect(byMail.status).toBe(422);
  expect(byName.status).toBe(400);
  expect(byMail.cookie).toBeUndefined();
  const reason = problemIn(byMail);
  expect(byName.json).toEqual({ error: reason });
  expect(reason).toMatch(/^Password /);
  return reason;
}

const atLeast = (characters: number) => `Password must have at least ${characters} characters`;
const tooLong = 'Password must have at most 256 characters and 1024 bytes of UTF-8';
const malformed = 'Password must be well-formed Unicode without U+0000';

test.each([
  ['7 letters', 'xkwqzjv', atLeast(8)],
  ['7 letters of four bytes each', astral.repeat(7), atLeast(8)],
  ['no letter', '', atLeast(8)],
  ['8 code points that are 4 in NFC', 'e\u{301}e\u{300}a\u{301}o\u{302}', atLeast(8)],
  ['257 letters', 'x'.repeat(257), tooLong],
  ['257 letters of four bytes each', astral.repeat(257), tooLong],
  ['a thousand letters', 'long '.repeat(200), tooLong],
  ['1,025 bytes', `${astral.repeat(256)}x`, tooLong],
  ['a NUL', 'supersec\0ure', malformed],
  ['a NUL after it', 'supersecure\0', malformed],
  ['a lone high surrogate', 'supersecure\uD83D', malformed],
  ['a lone low surrogate', '\uDD11supersecure', malformed],
])('G4: %s are refused with the reason', async (_, password, reason) => {
  expect(await refusalOf(shared(), password)).toBe(reason);
});

test.each([
  ['8 letters', 'xkwqzjvy'],
  ['8 letters of four bytes each', astral.repeat(8)],
  ['256 letters', 'x'.repeat(256)],
  ['256 letters of four bytes each, 1,024 bytes', astral.repeat(256)],
  ['257 code points that are 256 in NFC', `e\u{301}${'x'.repeat(255)}`],
  ['letters only', 'correcthorsebatterystaple'],
  ['digits only', '83749261058372'],
  ['one letter twelve times', 'qqqqqqqqqqqq'],
  ['spaces at both ends', '  a word  '],
  ['control characters', 'a\tb\nc\rd\x1Be'],
  ['quotes and markup', `'"><script>`],
  ['several scripts', 'пароль密码кл🔑'],
])('G4: %s are accepted and log in through every contract', async (_, password) => {
  const server = shared();
  people += 1;
  const name = `somebody${people}`;
  expect(await refusalOf(server, password, name)).toBeUndefined();
  for (const contract of contracts) {
    expect((await login(server, contract, name, password)).status).toBe(200);
  }
});

test('G4: the passwords of the documented examples are accepted', async () => {
  expect(await refusalOf(shared(), 'supersecure', 'joe')).toBeUndefined();
  expect(await refusalOf(shared(), 'strongpassword', 'user')).toBeUndefined();
});

test('G4: the minimum length follows its setting', async () => {
  const server = await startServer({ GATEHOUSE_PASSWORD_MIN_LENGTH: '15' });
  expect(await refusalOf(server, 'xkwqzjvyxkwqzj')).toBe(atLeast(15));
  expect(await refusalOf(server, 'xkwqzjvyxkwqzjv')).toBeUndefined();
});

test('G4: a password chosen under a shorter minimum length still logs in', async () => {
  const before = await startServer();
  await register(before, joe.username, joe.password);
  await before.stop();
  const after = await startServer({ GATEHOUSE_PASSWORD_MIN_LENGTH: '15' }, before.file);
  for (const contract of contracts) {
    expect((await login(after, contract, joe.username, joe.password)).status).toBe(200);
  }
});

test('G4: composed and decomposed Unicode forms are the same password', async () => {
  const server = await startServer();
  const composed = 'Gr\u{FC}\u{DF}e \u{E0} No\u{EB}l';
  const decomposed = composed.normalize('NFD');
  expect(decomposed).not.toBe(composed);
  await register(server, 'composed', composed);
  await register(server, 'decomposed', decomposed);
  for (const contract of contracts) {
    for (const name of ['composed', 'decomposed']) {
      expect((await login(server, contract, name, composed)).status).toBe(200);
      expect((await login(server, contract, name, decomposed)).status).toBe(200);
    }
  }
});

test('G4: nothing else is folded: case, spaces, compatibility forms and added characters all count', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  const password = ' The fi\u{E9} of 2 ';
  await register(server, 'folded', password);
  const others = [
    password.trim(),
    password.trimStart(),
    password.trimEnd(),
    password.toLowerCase(),
    password.toUpperCase(),
    password.replace('fi', '\u{FB01}'),
    password.replace('\u{E9}', 'e'),
    `${password} `,
    `${password}\0`,
    password.slice(0, -1),
    password.replaceAll(' ', '\u{A0}'),
    '',
  ];
  for (const contract of contracts) {
    for (const other of others) {
      expect((await login(server, contract, 'folded', other)).status, JSON.stringify(other)).toBe(401);
    }
    expect((await login(server, contract, 'folded', password)).status).toBe(200);
  }
});

test('G4: nothing is cut off: the 256th character counts', async () => {
  const server = await startServer();
  const password = `${'x'.repeat(255)}y`;
  await register(server, 'longest', password);
  for (const contract of contracts) {
    expect((await login(server, contract, 'longest', `${'x'.repeat(255)}z`)).status).toBe(401);
    expect((await login(server, contract, 'longest', 'x'.repeat(255))).status).toBe(401);
    expect((await login(server, contract, 'longest', `${password}y`)).status).toBe(401);
    expect((await login(server, contract, 'longest', password)).status).toBe(200);
  }
});

test.each(['password', 'PASSWORD', 'PassWord', '12345678', 'qwertyuiop', 'iloveyou', 'ILoveYou', 'football'])(
  'G4: %s is refused as too common',
  async (password) => {
    expect(await refusalOf(shared(), password)).toBe('Password is too common');
  },
);

test.each([
  ['JoeTheFirst', 'joethefirst'],
  ['joethefirst', 'JOETHEFIRST'],
  ['JoeTheFirst', 'JoeTheFirst'],
])('G4: for the username %s the password %s is refused', async (username, password) => {
  const server = await startServer();
  const answer = await server.post('/register.json', { username, password });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ error: 'Password must differ from the name of the account' });
  expect((await register(server, username, `${password} rides`)).status).toBe(200);
});

test.each([
  ['Ann@Example.com', 'ann@example.com'],
  ['ann@example.com', 'ANN@EXAMPLE.COM'],
])('G4: for the e-mail address %s the password %s is refused', async (email, password) => {
  const server = await startServer();
  const answer = await server.post('/auth/register', { email, password });
  expect(answer.status).toBe(422);
  expect(problemIn(answer)).toBe('Password must differ from the name of the account');
  expect((await register(server, email, `${password} writes`)).status).toBe(201);
});

const contextual =
  'Password must be more than the name of this service or of the account with a few characters added';

test.each([
  ['the product', 'gatehouse1'],
  ['the product, in another case', '!GateHouse2026!'],
  ['the host of the service', 'login.example.org'],
  ['a domain it lies in', 'Example.org1'],
  ['a label of it', 'example-1234'],
])('G4: refused on every contract as made of context words: %s', async (_what, password) => {
  const server = await startServer({ GATEHOUSE_PUBLIC_URL: 'https://login.example.org/app' });
  const dotjson = await server.post('/register.json', { username: 'somebody', password });
  expect([dotjson.status, dotjson.json]).toEqual([400, { error: contextual }]);
  const rest = await server.post('/auth/register', { email: 'ann@mail.example.com', password });
  expect([rest.status, problemIn(rest)]).toEqual([422, contextual]);
});

test('G4: the words of an account are refused for that account alone, wherever it chooses a password', async () => {
  const server = await startServer();
  let others = 0;
  for (const [username, password] of [
    ['ada_lovelace', 'AdaLovelace!'],
    ['ada_lovelace', 'lovelace1815'],
    ['ada_lovelace', 'ada 123 ada'],
  ] as const) {
    const refused = await server.post('/register.json', { username, password });
    expect([password, refused.status, refused.json]).toEqual([password, 400, { error: contextual }]);
    others += 1;
    expect((await register(server, `user_${others}`, password)).status).toBe(200);
  }
  const email = 'grace.hopper@mail.example.net';
  for (const password of ['Hopper1906', 'mail.example.net', 'examplenet1', '1906 grace.hopper']) {
    const refused = await server.post('/auth/register', { email, password });
    expect([password, refused.status, problemIn(refused)]).toEqual([password, 422, contextual]);
  }
  let n = 0;
  for (const password of [
    'strongpassword',
    'supersecure',
    'gracehopperx',
    'hopper 1234567',
    'my gatehouse is old',
  ]) {
    n += 1;
    expect((await register(server, `grace.hopper@mail${n}.example.net`, password)).status).toBe(201);
  }
});

test('G4: context words are refused where a signed-in person changes the password', async () => {
  const server = await startServer();
  const { cookie } = await register(server, 'hopper@example.net', 'strongpassword');
  const headers = { cookie: `session_id=${cookie}` };
  for (const refused of ['gatehouse1', 'Hopper1906', 'example.net', '!example!']) {
    const answer = await server.post(
      '/auth/password',
      { current_password: 'strongpassword', new_password: refused },
      headers,
    );
    expect([refused, answer.status, problemIn(answer)]).toEqual([refused, 422, contextual]);
  }
  const kept = await server.post(
    '/auth/password',
    { current_password: 'strongpassword', new_password: 'hopper was here' },
    headers,
  );
  expect(kept.status).toBe(200);
});
