/** The client of the tests is strict: it notices whatever the OpenAPI document does not describe. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Answer, send } from '../support/client.ts';
import { ann, joe } from '../support/contracts.ts';
import { assertDescribed, type Observed } from '../support/described.ts';
import { password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const anotherId = '6f1c2d9e-4b7a-4c53-9e08-2a7d51f0c3b4';

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
  list: (server: TestServer) => asPerson(server, 'GET', '/auth/sessions'),
  foreignHandle: (server: TestServer) => asPerson(server, 'DELETE', '/auth/sessions/q7w2e9r4t1y6u3i8'),
  noHandle: (server: TestServer) => asPerson(server, 'DELETE', '/auth/sessions/A-B'),
  confirmFirst: async (server: TestServer) => {
    const ada = await person(server);
    server.advance(600_000);
    return observe('DELETE', '/auth/account', ada.ask('DELETE', '/auth/account', { password }));
  },
  export: (server: TestServer) => asPerson(server, 'GET', '/auth/account/export'),
};

async function asPerson(server: TestServer, method: string, path: string): Promise<Observed> {
  return observe(method, path, (await person(server)).ask(method, path));
}

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
  ['a status that is not described', 'register', () => ({ status: 202 }), /answered 202, a status/],
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
  ['a third cookie', 'register', (a) => withCookie(...cookies(a), ...cookies(a))(a), /more than 2 items/],
  ['no second cookie', 'register', (a) => withCookie(...cookies(a).slice(0, 1))(a), /fewer than 2 items/],
  [
    'the cookies in another order',
    'register',
    (a) => withCookie(...cookies(a).reverse())(a),
    /match pattern/,
  ],
  ['a second cookie of a logout', 'logout', (a) => withCookie(...cookies(a), 'a=b')(a), /more than once/],
  [
    'a cookie that is not described',
    'badLogin',
    withCookie('session_id=; Max-Age=0'),
    /a cookie that is not described/,
  ],
  ['no WWW-Authenticate', 'notAuthenticated', withHeader('www-authenticate', undefined), /WWW-Authenticate/],
  ['a Server header', 'register', withHeader('server', 'gatehouse'), /the header server/],
  ['429 without Retry-After', 'badLogin', () => ({ status: 429 }), /without the header Retry-After/],
  ['a stray path that is 200', 'stray', () => ({ status: 200 }), /only 404 can be answered/],
  ['a stray path in another body', 'stray', withBody({ error: 'Not found' }), /must have required property/],
  ['a body with another status', 'stray', (a) => withBody({ ...json(a), status: 405 })(), /says 405/],
  ['another method that is 404', 'otherMethod', () => ({ status: 404 }), /only 405 or 200 can/],
  ['a path that is text of no handle and is described', 'noHandle', () => ({ status: 204 }), /only 404/],
  ['a sentence of another 404', 'foreignHandle', retold({ detail: 'Not found' }), /detail must be equal/],
  ['a problem of another type', 'foreignHandle', retold({ type: 'about:us' }), /type must be equal/],
  ['a type without its sentence', 'confirmFirst', retold({ detail: 'Invalid password' }), /exactly one/],
  ['a sentence without its type', 'confirmFirst', retold({ type: 'about:blank' }), /exactly one/],
  ['a session that shows its user', 'list', inFirst('sessions', { user: 'ada' }), /additional properties/],
  ['a session that shows an id', 'list', inFirst('sessions', { handle: anotherId }), /handle must match/],
  ['an entry of an unknown event', 'export', inFirst('activity', { event: 'party' }), /one of the allowed/],
  ['an entry that shows its hash', 'export', inFirst('activity', { hash: '00' }), /additional properties/],
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

/** The body with other values in it. */
function retold(changes: object) {
  return (answer: Observed) => withBody({ ...json(answer), ...changes })();
}

/** The body with other values in the first item of a list. */
function inFirst(list: string, changes: object) {
  return (answer: Observed) => {
    const [first, ...others] = (json(answer) as Record<string, object[]>)[list] ?? [];
    return withBody({ ...json(answer), [list]: [{ ...first, ...changes }, ...others] })();
  };
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
