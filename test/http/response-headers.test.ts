/** The headers of every response, whatever it says (ruling G12). */

import { expect, test } from 'vitest';
import { type Answer, sendRaw } from '../support/client.ts';
import { ann, changingPaths, contracts, joe, login, register, rest } from '../support/contracts.ts';
import { query, takeAway } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const origin = 'https://app.example.com';

const constant = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};
const hsts = { 'strict-transport-security': 'max-age=31536000' };

/** One response of every kind there is, by status and a word. */
async function everyKind(server: TestServer): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  const keep = (word: string, answer: Answer) => {
    answers[`${answer.status} ${word}`] = answer;
    return answer;
  };
  keep('register', await register(server, ann.email, ann.password));
  keep('register', await register(server, joe.username, joe.password));
  for (const contract of contracts) keep(contract.name, await login(server, contract, 'joe', joe.password));
  const id = rest.idIn(await login(server, rest, 'joe', joe.password));
  for (const path of ['/auth/session', '/healthz', '/readyz', '/openapi.json', '/', '/auth/login']) {
    keep(path, await server.send({ path, headers: { 'x-session-id': id } }));
    keep(`HEAD ${path}`, await server.send({ method: 'HEAD', path, headers: { 'x-session-id': id } }));
  }
  keep('preflight', await server.send({ method: 'OPTIONS', path: '/auth/login', headers: { origin } }));
  keep('logout', await rest.logout(server, id));
  keep('check', await server.send({ path: '/auth/session' }));
  keep('HEAD check', await server.send({ method: 'HEAD', path: '/auth/session' }));
  keep('taken', await register(server, ann.email, ann.password));
  keep('short', await register(server, 'bob@example.com', 'short'));
  keep('field', await server.post('/auth/login', {}));
  keep('cross-site', await server.post('/auth/login', {}, { 'sec-fetch-site': 'cross-site' }));
  keep('large', await server.post('/auth/login', { filler: 'x'.repeat(20_000) }));
  keep('type', await server.send({ method: 'POST', path: '/auth/login', body: '{}' }));
  keep('wrong', await login(server, rest, 'nobody', joe.password));
  keep('throttled', await login(server, rest, 'nobody', joe.password));
  await query(server, 'DELETE FROM users');
  keep('orphaned', await login(server, rest, 'joe', joe.password));
  await takeAway(server, 'auth');
  keep('broken', await login(server, rest, 'joe', joe.password));
  keep('not ready', await server.send({ path: '/readyz' }));
  return answers;
}

const kinds = [200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503];

test('G12: every kind of response carries the headers, and nothing that names the software', async () => {
  const server = await startServer({
    GATEHOUSE_ALLOWED_ORIGINS: origin,
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
  });
  const answers = await everyKind(server);
  const statuses = new Set(Object.values(answers).map(({ status }) => status));
  expect([...statuses].toSorted((a, b) => a - b)).toEqual(kinds);

  const requestIds = new Set<unknown>();
  for (const [what, { headers }] of Object.entries(answers)) {
    expect(headers, what).toMatchObject({ ...constant, ...hsts });
    expect(headers['x-request-id'], what).toMatch(uuid);
    expect(headers, what).not.toHaveProperty('server');
    expect(headers, what).not.toHaveProperty('x-powered-by');
    requestIds.add(headers['x-request-id']);
  }
  expect(requestIds.size).toBe(Object.keys(answers).length);
});

test('G12: debug mode differs by HSTS only', async () => {
  const server = await startServer({
    GATEHOUSE_ALLOWED_ORIGINS: origin,
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
    GATEHOUSE_DEBUG: 'true',
  });
  for (const [what, { headers }] of Object.entries(await everyKind(server))) {
    expect(headers, what).toMatchObject(constant);
    expect(headers, what).not.toHaveProperty('strict-transport-security');
  }
});

test.each([
  ['on', 'max-age=31536000'],
  ['subdomains', 'max-age=31536000; includeSubDomains'],
  ['off', undefined],
])(
  'G12: GATEHOUSE_HSTS=%s sends %s, also on input that is not a complete request',
  async (setting, value) => {
    const server = await startServer({ GATEHOUSE_HSTS: setting });
    for (const path of ['/healthz', '/auth/session', '/nowhere'])
      expect((await server.send({ path })).headers['strict-transport-security']).toBe(value);
    const raw = await sendRaw(server.url, 'FETCH /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(/^strict-transport-security: (.*?)\r?$/im.exec(raw)?.[1]).toBe(value);
    const debug = await startServer({ GATEHOUSE_HSTS: setting, GATEHOUSE_DEBUG: 'true' });
    expect((await debug.send({ path: '/healthz' })).headers).not.toHaveProperty('strict-transport-security');
  },
);

test.each([
  ['no host', 'GET /healthz HTTP/1.1\r\n'],
  ['two hosts', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n'],
  ['a host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b\r\n'],
  ['bytes that are no path', 'GET /\u{E9} HTTP/1.1\r\nHost: localhost\r\n'],
  ['no path at all', 'GET HTTP/1.1\r\nHost: localhost\r\n'],
  ['a method there is not', 'FETCH /healthz HTTP/1.1\r\nHost: localhost\r\n'],
  [
    'two lengths',
    'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n',
  ],
  [
    'a length and chunks',
    'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n',
  ],
  ['a header of 20 KiB', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Filler: ${'x'.repeat(20_000)}\r\n`],
  ['an expectation', 'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\n'],
])('G12: a request with %s is refused with the same headers', async (_, head) => {
  const server = await startServer();
  const answer = await sendRaw(server.url, `${head}Connection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  const lines = answer.split('\r\n\r\n')[0]?.split('\r\n').slice(1) ?? [];
  const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]));
  for (const [name, value] of Object.entries({ ...constant, ...hsts })) expect(headers.get(name)).toBe(value);
  expect(headers.get('x-request-id')).toMatch(uuid);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.has('server')).toBe(false);
});

test.each([...changingPaths, '/auth/session', '/healthz', '/nowhere'])(
  'G12: at %s the request id is the server’s own, whatever the client sends',
  async (path) => {
    const server = await startServer();
    const proposed = '11111111-1111-4111-8111-111111111111';
    const headers = { 'x-request-id': proposed, 'x-correlation-id': proposed };
    for (const method of ['GET', 'POST']) {
      const answer = await server.send({ method, path, headers });
      expect(answer.headers['x-request-id']).toMatch(uuid);
      expect(answer.headers['x-request-id']).not.toBe(proposed);
    }
  },
);
