/** What the clients of the contracts' own origins do, request by request (rulings W1 and D7). */

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { dotjson, isAlive, joe, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** A reverse proxy that strips nothing: the host and the client's headers arrive as they were sent. */
async function startProxy(server: TestServer): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const onward = request(
      server.url,
      {
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        headers: incoming.headers,
        agent: false,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** Sends JSON as a page does, with what a browser adds, and returns status and body. */
async function fromPage(url: string, path: string, body: object, headers: Record<string, string>) {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text === '' ? {} : JSON.parse(text) };
}

test('W1: the web client of envelope logs in and out through a proxy on its own origin', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const url = await startProxy(server);
  // With and without Sec-Fetch-Site, which a browser does not send to a host name over plain HTTP.
  for (const site of [{ 'sec-fetch-site': 'same-origin' }, {}]) {
    const headers = { origin: url, ...site };
    const { status, json } = await fromPage(url, '/api/auth/login', joe, headers);
    expect([status, Object.keys(json)]).toEqual([200, ['request', 'user', 'session', 'message']]);
    const ended = await fromPage(url, '/api/auth/logout', { session: json.session }, headers);
    expect([ended.status, ended.json.message]).toEqual([200, 'Logged out']);
    expect(await isAlive(server, json.session)).toBe(false);
  }
});

test('W1: the web client of envelope logs in across origins once it is on the list, and reads a 404', async () => {
  const origin = 'https://app.example.com';
  const server = await startServer({ GATEHOUSE_ALLOWED_ORIGINS: origin });
  await register(server, joe.username, joe.password);
  const headers = { origin, 'sec-fetch-site': 'cross-site' };
  const { json } = await fromPage(server.url, '/api/auth/login', joe, headers);
  await fromPage(server.url, '/api/auth/logout', { session: json.session }, headers);
  const again = await fromPage(server.url, '/api/auth/logout', { session: json.session }, headers);
  expect([again.status, again.json.error]).toEqual([404, 'Session not found']);
  expect(again.headers.get('access-control-allow-origin')).toBe(origin);
});

test('W1: the extension of rest sends fields of its form along, and the session in X-Session-Id', async () => {
  const server = await startServer();
  const headers = {
    origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'sec-fetch-site': 'none',
  };
  const form = { ...person, confirmPassword: person.password, remember: true };
  const registered = await fromPage(server.url, '/auth/register', form, headers);
  expect([registered.status, Object.keys(registered.json)]).toEqual([201, ['session_id']]);
  const { status, json } = await fromPage(server.url, '/auth/login', form, headers);
  expect(status).toBe(200);
  const carried = { ...headers, 'x-session-id': String(json.session_id) };
  const check = await server.send({ path: '/auth/session', headers: carried });
  expect(check.status).toBe(200);
  expect((await server.send({ method: 'POST', path: '/auth/logout', headers: carried })).status).toBe(204);
  expect((await server.send({ path: '/auth/session', headers: carried })).status).toBe(401);
});

/** A logout as the JavaScript client of `dotjson` sends it, with some cookies. */
function logout(server: TestServer, cookie: string, query = '', headers = {}): Promise<Answer> {
  return server.post(`/logout.json${query}`, {}, { cookie, ...headers });
}

async function withSessions(count: number, settings = {}) {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off', ...settings });
  await register(server, joe.username, joe.password);
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await newSession(server, dotjson));
  return { server, ids: ids as [string, ...string[]] };
}

test('D7: /logout.json ends the session of a cookie named `session`', async () => {
  const { server, ids } = await withSessions(1);
  const uuid = await newSession(server, rest);
  for (const id of [ids[0], uuid]) {
    const answer = await logout(server, `session=${id}`);
    expect([answer.status, answer.json]).toEqual([200, { success: true }]);
    // The cookie is the client's own.
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await isAlive(server, id)).toBe(false);
    expect((await logout(server, `session=${id}`)).status).toBe(401);
  }
});

test('D7: our own cookie decides, whatever a cookie named `session` holds', async () => {
  const { server, ids } = await withSessions(4);
  const [one, two, three, four] = ids as unknown as [string, string, string, string];
  for (const foreign of ['s%3Aabc.def', 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln', '', two]) {
    const answer = await logout(server, `session=${foreign}; session_id=gone`);
    expect([answer.status, answer.json]).toEqual([401, { error: 'No session' }]);
  }
  expect((await logout(server, `session=${two}; session_id=${one}`)).status).toBe(200);
  expect([await isAlive(server, one), await isAlive(server, two)]).toEqual([false, true]);
  expect((await logout(server, `session_id=${three}; session=foreign`)).status).toBe(200);
  expect([await isAlive(server, three), await isAlive(server, two)]).toEqual([false, true]);
  // An empty cookie of ours is a cookie of ours.
  expect((await logout(server, `session_id=; session=${four}`)).status).toBe(401);
  expect(await isAlive(server, four)).toBe(true);
});

test('D7: `?s=` decides, whatever a cookie named `session` holds', async () => {
  const { server, ids } = await withSessions(2);
  const [one, two] = ids as unknown as [string, string];
  expect((await logout(server, `session=${one}`, '?s=gone')).status).toBe(401);
  expect((await logout(server, `session=${one}`, '?s=')).status).toBe(401);
  expect((await logout(server, `session=${one}`, `?s=${two}`)).status).toBe(200);
  expect([await isAlive(server, one), await isAlive(server, two)]).toEqual([true, false]);
});

test('D7: values that are not shaped like an id are skipped; two that are name no session', async () => {
  const { server, ids } = await withSessions(2);
  const [one, two] = ids as unknown as [string, string];
  expect((await logout(server, `session=${one}; session=${two}`)).status).toBe(401);
  expect([await isAlive(server, one), await isAlive(server, two)]).toEqual([true, true]);
  const foreign = ['s%3Aabc.def', 'a.b.c', '"quoted"', 'x'.repeat(37), 'x'.repeat(14), ''];
  const cookies = foreign.map((value) => `session=${value}; `).join('');
  expect((await logout(server, `${cookies}session=${one}; session=${one}`)).status).toBe(200);
  expect(await isAlive(server, one)).toBe(false);
});

test.each([
  [14, false],
  [15, true],
  [36, true],
  [37, false],
])('D7: a text of %i characters has the shape of an id: %s', async (length, hasShape) => {
  const { server, ids } = await withSessions(1);
  // Beside an id, a text of its shape leaves it open which of the two is meant.
  const answer = await logout(server, `session=${'a'.repeat(length)}; session=${ids[0]}`);
  expect(answer.status).toBe(hasShape ? 401 : 200);
});

test('D7: a page of another site cannot end a session through it', async () => {
  const { server, ids } = await withSessions(1);
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://elsewhere.example' }]) {
    expect((await logout(server, `session=${ids[0]}`, '', headers)).status).toBe(403);
  }
  expect(await isAlive(server, ids[0])).toBe(true);
});

test('D7: no other route reads a cookie of that name', async () => {
  const { server, ids } = await withSessions(1);
  const cookie = `session=${ids[0]}`;
  for (const path of ['/auth/session', '/auth/sessions', '/auth/account/export'])
    expect((await server.send({ path, headers: { cookie } })).status, path).toBe(401);
  const withoutSession: readonly [string, string, number][] = [
    ['POST', '/auth/logout', 204],
    ['DELETE', '/auth/sessions', 401],
  ];
  for (const [method, path, status] of withoutSession)
    expect((await server.send({ method, path, headers: { cookie } })).status, path).toBe(status);
  expect((await server.post('/api/auth/logout', {}, { cookie })).status).toBe(400);
  expect(await isAlive(server, ids[0])).toBe(true);
});

test('D7: with `ok`, a logout without a session is shown as 200 and ends nothing', async () => {
  const { server, ids } = await withSessions(1, { GATEHOUSE_DOTJSON_STATUS: 'ok' });
  const answer = await logout(server, 'session=foreign');
  expect([answer.status, answer.json]).toEqual([200, { error: 'No session' }]);
  expect(await isAlive(server, ids[0])).toBe(true);
});
