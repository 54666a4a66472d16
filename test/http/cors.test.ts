/** Which pages may read an answer (ruling G13; the Fetch standard, section 3.3). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { act, changingPaths, joe, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

const allowed = 'https://app.example.com';
const settings = { GATEHOUSE_ALLOWED_ORIGINS: allowed, GATEHOUSE_THROTTLE: 'off' };
const person = { email: 'user@example.com', password: 'strongpassword' };

/** The headers of CORS, as far as an answer has them. */
function corsIn({ headers }: Answer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
}

function expectNoCors(answer: Answer): void {
  expect(corsIn(answer)).toEqual({});
}

function expectCors(answer: Answer): void {
  expect(corsIn(answer)).toEqual({
    'access-control-allow-origin': allowed,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'X-Request-Id, Retry-After',
  });
  expect(answer.headers.vary).toBe('Origin');
}

test('G13: a check changes nothing and is answered for any page, readable for allowed ones only', async () => {
  const server = await startServer(settings);
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  for (const origin of [undefined, 'https://elsewhere.example', 'null', allowed]) {
    const headers = { cookie: `session_id=${id}`, 'sec-fetch-site': 'cross-site', ...(origin && { origin }) };
    const answer = await server.send({ path: '/auth/session', headers });
    expect(answer.status).toBe(200);
    if (origin === allowed) expectCors(answer);
    else expectNoCors(answer);
  }
});

test('G13: an allowed origin may read every answer, errors included', async () => {
  const server = await startServer(settings);
  await register(server, joe.username, joe.password);
  const headers = { origin: allowed, 'sec-fetch-site': 'cross-site' };
  const answers = [
    ...(await Promise.all(changingPaths.map((path) => act(server, path, 'unknown', headers)))),
    await server.post('/auth/login', {}, headers),
    await server.send({ path: '/auth/session', headers }),
    await server.send({ path: '/nowhere', headers }),
    await server.send({ path: '/auth/login', headers }),
  ];
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201, 204, 400, 401, 404, 405]));
  for (const answer of answers) expectCors(answer);
});

test('G13: answers to other origins have no CORS headers, but have Vary: Origin', async () => {
  const server = await startServer(settings);
  for (const origin of ['https://elsewhere.example', 'null', server.url, undefined]) {
    for (const path of [...changingPaths, '/auth/session', '/nowhere']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const answer = await server.send({ method, path, headers: origin === undefined ? {} : { origin } });
        expectNoCors(answer);
        expect(answer.headers.vary).toBe('Origin');
      }
    }
  }
});

test('G13: without a list no origin is allowed, and there are no CORS headers', async () => {
  const server = await startServer();
  for (const path of changingPaths) {
    const answer = await act(server, path, 'unknown', { origin: allowed });
    expect(answer.status).toBe(403);
    expectNoCors(answer);
    const preflight = await server.send({ method: 'OPTIONS', path, headers: { origin: allowed } });
    expect(preflight.status).toBe(405);
    expectNoCors(preflight);
  }
});

/** Asks as a browser does before it lets a page send a request that is not a simple one. */
function preflight(
  server: TestServer,
  path: string,
  origin: string,
  method: string,
  names?: string,
): Promise<Answer> {
  return server.send({
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': method,
      ...(names !== undefined && { 'access-control-request-headers': names }),
    },
  });
}

/** The items of a header that is a list. */
function listIn({ headers }: Answer, name: string): string[] {
  return String(headers[name] ?? '').split(', ');
}

test.each([...changingPaths, '/auth/session'])(
  'G13: a preflight of %s is answered for allowed origins only',
  async (path) => {
    const server = await startServer(settings);
    const method = path === '/auth/session' ? 'GET' : 'POST';
    const answer = await preflight(server, path, allowed, method, 'content-type, x-session-id');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['access-control-allow-origin']).toBe(allowed);
    expect(answer.headers['access-control-allow-credentials']).toBe('true');
    expect(listIn(answer, 'access-control-allow-methods')).toContain(method);
    expect(answer.headers['access-control-allow-headers']).toBe('content-type, x-session-id');
    for (const origin of ['https://elsewhere.example', 'null', server.url]) {
      const refused = await preflight(server, path, origin, method, 'content-type');
      expect(refused.status).toBe(405);
      expectNoCors(refused);
    }
  },
);

test.each([
  '/auth/nothing',
  '/api/auth/nothing',
  '/nothing.json',
  '/nowhere',
  '/',
  '/auth/login/',
  '/auth//login',
])('W3: a preflight of %s from an allowed origin is 204, so that its page can read the 404', async (path) => {
  const server = await startServer(settings);
  for (const method of ['GET', 'POST', 'DELETE', 'PATCH']) {
    const answer = await preflight(server, path, allowed, method, 'content-type');
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe(allowed);
    expect(listIn(answer, 'access-control-allow-methods')).toEqual([method]);
    const stray = await server.send({ method, path, headers: { origin: allowed } });
    expect(stray.status).toBe(404);
    expectCors(stray);
    const refused = await preflight(server, path, 'https://elsewhere.example', method);
    expect(refused.status).toBe(404);
    expectNoCors(refused);
  }
});

test('W3: a preflight may ask for a method that the path does not have, so that its page can read the 405', async () => {
  const server = await startServer(settings);
  const answer = await preflight(server, '/auth/login', allowed, 'PUT');
  expect([answer.status, listIn(answer, 'access-control-allow-methods')]).toEqual([204, ['POST', 'PUT']]);
  const refused = await server.send({ method: 'PUT', path: '/auth/login', headers: { origin: allowed } });
  expect(refused.status).toBe(405);
  expectCors(refused);
});

test.each([
  'sentry-trace, baggage',
  'traceparent',
  'x-requested-with',
  'content-type,x-session-id,authorization',
  'Content-Type , X-Anything',
  "!#$%&'*+-.^_`|~09az",
])('W2: an allowed origin may send the headers it asks for: %s', async (names) => {
  const server = await startServer(settings);
  const answer = await preflight(server, '/auth/login', allowed, 'POST', names);
  expect([answer.status, answer.headers['access-control-allow-headers']]).toEqual([204, names]);
});

test('W2: as many headers as fit into a request may be asked for', async () => {
  const server = await startServer(settings);
  const names = Array.from({ length: 900 }, (_, i) => `x-header-${i}`).join(',');
  const answer = await preflight(server, '/auth/login', allowed, 'POST', names);
  expect(answer.headers['access-control-allow-headers']).toBe(names);
});

test.each([undefined, '', ' ', '*, "x"', 'a b', 'a,,b', ',', 'x-a, ', 'é', 'x-a: 1'])(
  'W2: a preflight that asks for no header names (%s) gets the three that the contracts have',
  async (names) => {
    const server = await startServer(settings);
    const answer = await preflight(server, '/auth/login', allowed, 'POST', names);
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-headers']).toBe('Authorization, Content-Type, X-Session-Id');
  },
);

test.each([undefined, '', 'PO ST', 'POST, GET', 'POST\tX', 'x'.repeat(65)])(
  'W3: a preflight for %s, which is not a method, gets the methods of the path',
  async (method) => {
    const server = await startServer(settings);
    const answer = await server.send({
      method: 'OPTIONS',
      path: '/auth/login',
      headers: { origin: allowed, ...(method !== undefined && { 'access-control-request-method': method }) },
    });
    expect(answer.status).toBe(204);
    expect(listIn(answer, 'access-control-allow-methods')).toEqual(['POST']);
  },
);

test.each([
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'capacitor://localhost',
  'tauri://localhost',
  'http://tauri.localhost',
])('W2: the page of %s may call and read once it is on the list', async (origin) => {
  const server = await startServer({ ...settings, GATEHOUSE_ALLOWED_ORIGINS: origin });
  const headers = { origin, 'sec-fetch-site': 'cross-site' };
  const answer = await server.post(
    '/auth/register',
    { ...person, confirmPassword: person.password },
    headers,
  );
  expect(answer.status).toBe(201);
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
  const asked = await preflight(server, '/auth/login', origin, 'POST', 'content-type');
  expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, origin]);
});
