/** The OpenAPI document: served, clean, complete, and strict enough to notice what it does not describe. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Gate } from '../../src/usecases/gate.ts';
import { sessionCookie } from '../../src/wire/carrier.ts';
import { dotjson } from '../../src/wire/dotjson.ts';
import { envelope } from '../../src/wire/envelope.ts';
import { openapi } from '../../src/wire/openapi/document.ts';
import { rest } from '../../src/wire/rest.ts';
import { sessionCheck } from '../../src/wire/session.ts';
import { site } from '../../src/wire/site.ts';
import { type Answer, send } from '../support/client.ts';
import { ann, joe } from '../support/contracts.ts';
import { assertDescribed, type Observed } from '../support/described.ts';
import { startServer, type TestServer } from '../support/server.ts';

const anotherId = '6f1c2d9e-4b7a-4c53-9e08-2a7d51f0c3b4';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `METHOD path` of every operation in the document. */
const described = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

test('the document is served at /openapi.json as JSON, to GET and to HEAD', async () => {
  const server = await startServer();
  const answer = await server.send({ path: '/openapi.json' });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.json).toEqual(JSON.parse(JSON.stringify(openapi)));

  const head = await server.send({ method: 'HEAD', path: '/openapi.json' });
  expect(head.status).toBe(200);
  expect(head.headers['content-type']).toBe('application/json');
});

test('the document carries the version of the package', () => {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  expect(openapi.info.version).toBe(version);
});

test('scripts/openapi.ts prints the document', () => {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/openapi.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(openapi)));
});

test('the linter finds nothing to say about the document', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/lint-openapi.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout + stderr).not.toMatch(/warning|unused/i);
  expect(stdout + stderr).toContain('openapi.json: validated');
});

test('every route of every contract is described, and nothing else', () => {
  // Routes are only listed here: nobody asks the gate anything.
  const gate = {} as Gate;
  const cookie = sessionCookie(true, 60);
  const rules = { statusMode: 'http', enumeration: 'contract', timeZone: 'UTC' } as const;
  const routes = [
    envelope(gate, 'http'),
    rest(gate, cookie),
    dotjson(gate, cookie, rules),
    sessionCheck(gate),
    site(async () => {}),
  ].flatMap((contract) => contract.routes);
  const served = routes.flatMap(({ method, path }) =>
    method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
  );
  expect(described.toSorted()).toEqual(served.toSorted());
});

for (const operation of described) {
  test(`the server has the described operation ${operation}`, async () => {
    const server = await startServer();
    const [method = '', path = ''] = operation.split(' ');
    const { status, text } = await server.send({
      method,
      path,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect([200, 204, 401, 415], text).toContain(status);
  });
}

test('the server has no other method at a described path', async () => {
  const server = await startServer();
  for (const path of Object.keys(openapi.paths)) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (described.includes(`${method} ${path}`)) continue;
      expect((await server.send({ method, path })).status, `${method} ${path}`).toBe(405);
    }
  }
});

/** Answers as the server gives them, each with what was asked. */
const asked = {
  register: (server: TestServer) => observe('POST', '/auth/register', server.post('/auth/register', ann)),
  badLogin: (server: TestServer) => observe('POST', '/login.json', server.post('/login.json', joe)),
  envelopeError: (server: TestServer) =>
    observe('POST', '/api/auth/login', server.post('/api/auth/login', joe)),
  logout: (server: TestServer) =>
    observe('POST', '/auth/logout', server.send({ method: 'POST', path: '/auth/logout' })),
  notAuthenticated: (server: TestServer) =>
    observe('GET', '/auth/session', server.send({ path: '/auth/session' })),
  stray: (server: TestServer) => observe('GET', '/auth/no', server.send({ path: '/auth/no' })),
  otherMethod: (server: TestServer) =>
    observe('PUT', '/login.json', server.send({ method: 'PUT', path: '/login.json' })),
};

async function observe(method: string, path: string, answered: Promise<Answer>): Promise<Observed> {
  const { status, headers, text } = await answered;
  return { method, path, status, headers, text };
}

/** What may go wrong with an answer, and what is said about it. */
const mutations: readonly [
  what: string,
  answer: keyof typeof asked,
  mutate: (answer: Observed) => Partial<Observed>,
  complaint: RegExp,
][] = [
  ['a status nobody described', 'register', () => ({ status: 202 }), /answered 202, a status/],
  ['a refusal with the status of a success', 'badLogin', () => ({ status: 409 }), /answered 409, a status/],
  ['a sentence of another refusal', 'badLogin', withBody({ error: 'No session' }), /error must be equal/],
  ['a field of another type', 'register', withBody({ session_id: 1 }), /session_id must be string/],
  ['an id of another spelling', 'register', withBody({ session_id: 'x'.repeat(26) }), /must match format/],
  ['a field too many', 'register', (a) => withBody({ ...json(a), user: 'ann' })(), /additional properties/],
  ['a missing field', 'register', withBody({}), /must have required property 'session_id'/],
  ['a body that is no JSON', 'register', () => ({ text: '{' }), /not JSON/],
  ['a body where there is none', 'logout', () => ({ text: '{}' }), /a body where none is described/],
  ['another media type', 'register', withHeader('content-type', 'text/html'), /as text\/html, not as/],
  ['an error body of another contract', 'notAuthenticated', withBody({ error: 'No' }), /required property/],
  ['no X-Request-Id', 'register', withHeader('x-request-id', undefined), /without the header X-Request-Id/],
  ['a request id that is none', 'register', withHeader('x-request-id', '1'), /X-Request-Id: 1/],
  ['two request ids', 'envelopeError', withHeader('x-request-id', anotherId), /differs from X-Request-Id/],
  ['no Cache-Control', 'logout', withHeader('cache-control', undefined), /without the header Cache-Control/],
  ['another Cache-Control', 'logout', withHeader('cache-control', 'private'), /must be equal to constant/],
  ['no cookie', 'register', withHeader('set-cookie', undefined), /without the header Set-Cookie/],
  ['a script-readable cookie', 'register', withCookie('session_id=1; Path=/'), /must match pattern/],
  ['two cookies', 'register', (a) => withCookie(...cookies(a), ...cookies(a))(a), /more than once/],
  ['a cookie nobody described', 'badLogin', withCookie('session_id=; Max-Age=0'), /a cookie nobody/],
  ['no WWW-Authenticate', 'notAuthenticated', withHeader('www-authenticate', undefined), /WWW-Authenticate/],
  ['a Server header', 'register', withHeader('server', 'gatehouse'), /the header server/],
  ['429 without Retry-After', 'badLogin', () => ({ status: 429 }), /without the header Retry-After/],
  ['a stray path that is 200', 'stray', () => ({ status: 200 }), /only 404 can be answered/],
  ['a stray path in another body', 'stray', withBody({ error: 'Not found' }), /must have required property/],
  ['a body that tells another status', 'stray', (a) => withBody({ ...json(a), status: 405 })(), /says 405/],
  ['another method that is 404', 'otherMethod', () => ({ status: 404 }), /only 405 or 200 can/],
  ['405 without Allow', 'otherMethod', withHeader('allow', undefined), /without Allow: POST/],
];

for (const [what, name, mutate, complaint] of mutations) {
  test(`an answer is refused for ${what}`, async () => {
    const server = await startServer();
    const answer = await asked[name](server);
    expect(() => assertDescribed(answer)).not.toThrow();
    expect(() => assertDescribed({ ...answer, ...mutate(answer) })).toThrow(complaint);
  });
}

test('the client of the tests refuses an answer that is not described', async () => {
  const stranger = createServer((_request, response) => response.end('hello'));
  onTestFinished(() => void stranger.close());
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  await expect(send(`http://127.0.0.1:${port}`, { path: '/healthz' })).rejects.toThrow(/without the header/);
});

function json(answer: Observed): object {
  return JSON.parse(answer.text);
}

function withBody(body: object) {
  return (): Partial<Observed> => ({ text: JSON.stringify(body) });
}

function withHeader(name: string, value: string | undefined) {
  return ({ headers }: Observed): Partial<Observed> => ({ headers: { ...headers, [name]: value } });
}

function withCookie(...lines: string[]) {
  return ({ headers }: Observed): Partial<Observed> => ({ headers: { ...headers, 'set-cookie': lines } });
}

function cookies({ headers }: Observed): string[] {
  return headers['set-cookie'] ?? [];
}
