/** The `dotjson` contract: exact bodies, exact errors, `?s=` and a cookie (rulings D1 and D3 to D6). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { check, dotjson, isAlive, joe, login, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function withJoe(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer(environment);
  await register(server, joe.username, joe.password);
  return server;
}

const logout = (server: TestServer, query: string, headers = {}): Promise<Answer> =>
  server.send({ method: 'POST', path: `/logout.json${query}`, headers });

test('D1: register 200 with username and created, login 200 with id, username and created', async () => {
  const server = await startServer();
  const registered = await server.post('/register.json', joe);
  expect(registered.status).toBe(200);
  expect(registered.headers['content-type']).toBe('application/json');
  expect(Object.keys(registered.json)).toEqual(['username', 'created']);
  expect(registered.json['username']).toBe('joe');

  const loggedIn = await server.post('/login.json', joe);
  expect(loggedIn.status).toBe(200);
  expect(Object.keys(loggedIn.json)).toEqual(['id', 'username', 'created']);
  expect(loggedIn.json['username']).toBe('joe');
  expect(loggedIn.json['id']).toMatch(dotjson.idSpelling);
});

test('D1: register makes no session', async () => {
  const server = await startServer();
  const { headers } = await server.post('/register.json', joe);
  expect(headers).not.toHaveProperty('set-cookie');
});

test('D1: logout 200 with success, by ?s= and by cookie', async () => {
  const server = await withJoe();
  const [first, second] = [await newSession(server, dotjson), await newSession(server, dotjson)];
  for (const answer of [
    await logout(server, `?s=${first}`),
    await logout(server, '', { cookie: `session_id=${second}` }),
  ]) {
    expect([answer.status, answer.json]).toEqual([200, { success: true }]);
  }
  expect([await isAlive(server, first), await isAlive(server, second)]).toEqual([false, false]);
});

test('D3: every error has exactly its words and its status', async () => {
  const server = await withJoe();
  const id = await newSession(server, dotjson);
  await dotjson.logout(server, id);
  const told = async (asked: Promise<Answer>) => {
    const { status, json } = await asked;
    return [status, json];
  };
  expect(await told(server.post('/register.json', joe))).toEqual([409, { error: 'User already exists' }]);
  expect(await told(server.post('/register.json', { ...joe, username: 'JOE' }))).toEqual([
    409,
    { error: 'User already exists' },
  ]);
  expect(await told(server.post('/register.json', { ...joe, username: 'jo' }))).toEqual([
    400,
    { error: 'Invalid username' },
  ]);
  expect(await told(login(server, dotjson, 'nobody', joe.password))).toEqual([
    401,
    { error: 'User does not exist' },
  ]);
  expect(await told(login(server, dotjson, 'joe', 'wrong password'))).toEqual([
    401,
    { error: 'Invalid password' },
  ]);
  for (const query of ['', '?s=', '?s=unknown', `?s=${id}`]) {
    expect(await told(logout(server, query))).toEqual([401, { error: 'No session' }]);
  }
  expect(await told(logout(server, '', { cookie: `session_id=${id}` }))).toEqual([
    401,
    { error: 'No session' },
  ]);
});

test('D3: with enumeration hidden an unknown user and a wrong password are one answer', async () => {
  const server = await withJoe({ GATEHOUSE_ENUMERATION: 'hide' });
  const unknown = await login(server, dotjson, 'nobody', joe.password);
  const wrong = await login(server, dotjson, 'joe', 'wrong password');
  expect([unknown.status, unknown.text]).toEqual([401, '{"error":"Invalid password"}']);
  expect([wrong.status, wrong.text]).toEqual([401, '{"error":"Invalid password"}']);
  const names = ({ headers }: Answer) => Object.keys(headers);
  expect(names(unknown)).toEqual(names(wrong));
});

test.each([
  ['too short', 'short', 'Password must have at least 8 characters'],
  ['too long', 'x'.repeat(257), 'Password must have at most 256 characters and 1024 bytes of UTF-8'],
  ['too common', 'password', 'Password is too common'],
  ['the name itself', 'SomeBody', 'Password must differ from the name of the account'],
  ['not well-formed', 'super\uD800secure', 'Password must be well-formed Unicode without U+0000'],
])('D4: a new password that is %s is refused with the reason', async (_, password, error) => {
  const server = await startServer();
  const answer = await server.post('/register.json', { username: 'somebody', password });
  expect([answer.status, answer.json]).toEqual([400, { error }]);
  expect(error).toMatch(/^Password /);
});

test('D5: login sets the cookie of its session, with the attributes of rest', async () => {
  const server = await withJoe();
  const [byRest, byDotjson] = [
    await login(server, rest, joe.username, joe.password),
    await server.post('/login.json', joe),
  ];
  expect(byDotjson.cookie).toBe(byDotjson.json['id']);
  const attributes = ({ headers }: Answer) =>
    headers['set-cookie']?.map((line) => line.replace(/=[^;]*/, ''));
  expect(attributes(byDotjson)).toEqual(attributes(byRest));
  expect((await check(server, String(byDotjson.cookie))).status).toBe(200);
});

test('D5: logout clears the cookie if it named the session that was ended, and only then', async () => {
  const server = await withJoe();
  const ids: string[] = [];
  for (let i = 0; i < 4; i += 1) ids.push(await newSession(server, dotjson));
  const [a, b, c, d] = ids;
  expect((await logout(server, '', { cookie: `session_id=${a}` })).cookie).toBe('');
  expect((await logout(server, `?s=${b}`, { cookie: `session_id=${b}` })).cookie).toBe('');
  expect((await logout(server, `?s=${c}`, { cookie: `session_id=${d}` })).cookie).toBeUndefined();
  expect((await logout(server, `?s=${d}`)).cookie).toBeUndefined();
  for (const query of ['', '?s=unknown', `?s=${a}`]) {
    const answer = await logout(server, query, { cookie: `session_id=${a}` });
    expect([answer.status, answer.cookie]).toEqual([401, undefined]);
  }
});

test('D5: the username comes back as it was registered, not as it was typed', async () => {
  const server = await startServer();
  const registered = await server.post('/register.json', { ...joe, username: 'JoeCool' });
  expect(registered.json['username']).toBe('JoeCool');
  for (const username of ['JoeCool', 'joecool', 'JOECOOL']) {
    const answer = await server.post('/login.json', { ...joe, username });
    expect(answer.json['username']).toBe('JoeCool');
    expect((await check(server, String(answer.json['id']))).json['user']).toMatchObject({
      username: 'JoeCool',
    });
  }
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  'D6: %s /logout.json?s=… is 405 and ends nothing',
  async (method) => {
    const server = await withJoe();
    const id = await newSession(server, dotjson);
    const answer = await server.send({
      method,
      path: `/logout.json?s=${id}`,
      headers: { cookie: `session_id=${id}`, 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
    });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    expect(answer.cookie).toBeUndefined();
    expect((await logout(server, `?s=${id}&_method=POST`)).status).toBe(200);
  },
);

test('D6: GET neither registers nor logs in, with or without a body', async () => {
  const server = await withJoe();
  for (const path of ['/register.json', '/login.json']) {
    for (const asked of [
      { path: `${path}?username=jim&password=supersecure` },
      { path: `${path}?username=joe&password=supersecure&_method=POST` },
      {
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...joe, username: path === '/login.json' ? 'joe' : 'jim' }),
      },
    ]) {
      const answer = await server.send({ method: 'GET', ...asked });
      expect([answer.status, answer.cookie]).toEqual([405, undefined]);
    }
  }
  expect((await login(server, dotjson, 'jim', joe.password)).status).toBe(401);
});
