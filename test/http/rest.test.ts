/** The `rest` contract: the session in a cookie, errors as problem details (rulings R1 to R5). */

import { expect, test } from 'vitest';
import {
  ann,
  check,
  contracts,
  dotjson,
  isAlive,
  login,
  newSession,
  register,
} from '../support/contracts.ts';
import { countRows, query } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

const logout = (server: TestServer, headers: Record<string, string> = {}) =>
  server.send({ method: 'POST', path: '/auth/logout', headers });

/** The attributes of each `Set-Cookie`, in no particular order, under the names of the cookies. */
function attributes(setCookie: string[] = []): Record<string, string[]> {
  const cookies = setCookie.map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    return [pair.replace(/=.*/, ''), attributes.toSorted()] as const;
  });
  expect(new Set(cookies.map(([name]) => name)).size).toBe(cookies.length);
  return Object.fromEntries(cookies);
}

test('R1: a text that is no address, and a password that is too long, are 401 "Invalid email or password"', async () => {
  const server = await startServer();
  await server.post('/auth/register', person);
  for (const fields of [
    { ...person, email: 'no address' },
    { ...person, password: 'x'.repeat(5_000) },
  ]) {
    const answer = await server.post('/auth/login', fields);
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'Invalid email or password',
    });
    expect(answer.cookie).toBeUndefined();
  }
});

test.each(contracts)(
  'R2: at $name a missing users row is 500, after a correct password only',
  async (contract) => {
    const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
    await register(server, ann.email, ann.password);
    const live = await newSession(server, contract, { username: ann.email, password: ann.password });
    await query(server, 'DELETE FROM users');
    const sessions = await countRows(server, 'sessions');

    for (let i = 0; i < 4; i += 1) {
      const orphaned = await login(server, contract, ann.email, ann.password);
      expect(orphaned.status).toBe(500);
      expect(contract.errorIn(orphaned)).toBe('User record missing in database');
      expect(orphaned.headers['set-cookie']).toBeUndefined();
    }
    const wrong = await login(server, contract, ann.email, 'wrong password');
    expect(wrong.status).toBe(401);
    expect(contract.errorIn(wrong)).toBe(contract.wrongPassword);
    expect(await countRows(server, 'sessions')).toBe(sessions);
    expect(await isAlive(server, live)).toBe(false);
  },
);

test('R2: a name whose users row is missing stays taken', async () => {
  const server = await startServer();
  await register(server, ann.email, ann.password);
  await query(server, 'DELETE FROM users');
  expect((await register(server, ann.email, 'another password')).status).toBe(409);
  expect(await countRows(server, 'users')).toBe(0);
});

test.each([
  ['by default', {}, ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Lax', 'Secure']],
  ['in debug mode', { GATEHOUSE_DEBUG: 'true' }, ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Lax']],
  [
    'with another lifetime',
    { GATEHOUSE_SESSION_LIFETIME_SECONDS: '3600' },
    ['HttpOnly', 'Max-Age=3600', 'Path=/', 'SameSite=Lax', 'Secure'],
  ],
])('R3: the cookie has exactly the attributes it should, %s', async (_, environment, expected) => {
  const server = await startServer(environment);
  const registered = await server.post('/auth/register', person);
  const loggedIn = await server.post('/auth/login', person);
  const byDotjson = await login(server, dotjson, person.email, person.password);
  for (const { headers, cookie } of [registered, loggedIn, byDotjson]) {
    expect(cookie).toMatch(/^[a-z0-9-]{26,36}$/);
    // The cookie of the device has the same attributes, and lives for a year whatever the session does.
    const device = expected.map((attribute) => attribute.replace(/^Max-Age=.*/, 'Max-Age=31536000'));
    const name = expected.includes('Secure') ? '__Host-gatehouse_device' : 'gatehouse_device';
    expect(attributes(headers['set-cookie'])).toEqual({ session_id: expected, [name]: device });
  }
  const cleared = await logout(server, { cookie: `session_id=${loggedIn.cookie}` });
  expect(cleared.cookie).toBe('');
  expect(attributes(cleared.headers['set-cookie'])).toEqual({
    session_id: expected.map((attribute) => attribute.replace(/^Max-Age=.*/, 'Max-Age=0')),
  });
});

test('R4: a logout clears the cookie and is 204 without a session, with a dead one, and again and again', async () => {
  const server = await startServer();
  const { cookie } = await server.post('/auth/register', person);
  for (const headers of [
    { cookie: `session_id=${cookie}` },
    { cookie: `session_id=${cookie}` },
    { 'x-session-id': 'unknown' },
    { cookie: 'session_id=' },
    { cookie: 'theme=dark' },
    { cookie: 'session_id=a; session_id=b' },
    {},
  ]) {
    const answer = await logout(server, headers as Record<string, string>);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.cookie).toBe('');
  }
  expect(await isAlive(server, String(cookie))).toBe(false);
});

test('R5: sessions of one user live side by side, and end one by one', async () => {
  const server = await startServer();
  const { cookie: first } = await server.post('/auth/register', person);
  const ids = [String(first)];
  for (const contract of contracts) {
    // Each login brings the session before it along, as a browser would.
    const answer = await login(server, contract, person.email, person.password, {
      cookie: `session_id=${ids.at(-1)}`,
      'x-session-id': String(ids.at(-1)),
    });
    expect(answer.status).toBe(200);
    ids.push(contract.idIn(answer));
  }
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(await isAlive(server, id)).toBe(true);
  for (const [index, id] of ids.entries()) {
    await logout(server, { cookie: `session_id=${id}` });
    const alive = await Promise.all(ids.map((other) => isAlive(server, other)));
    expect(alive).toEqual(ids.map((_, place) => place > index));
  }
});

test('R5: two sessions of one user have handles, beginnings and ends of their own', async () => {
  const server = await startServer();
  server.freeze(1_700_000_000_000);
  const { cookie: first } = await server.post('/auth/register', person);
  server.advance(1_000);
  const { cookie: second } = await server.post('/auth/login', person);
  const sessions = [];
  for (const id of [first, second]) {
    const answer = await check(server, String(id));
    sessions.push(answer.json['session'] as Record<string, string>);
  }
  const [a, b] = sessions;
  expect(a?.['handle']).not.toBe(b?.['handle']);
  expect(Date.parse(String(b?.['created_at'])) - Date.parse(String(a?.['created_at']))).toBe(1_000);
  expect(Date.parse(String(b?.['expires_at'])) - Date.parse(String(a?.['expires_at']))).toBe(1_000);
});
