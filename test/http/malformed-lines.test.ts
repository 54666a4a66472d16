/** A malformed request leaves one line in the log and counts, whichever route it is for. */

import { expect, test } from 'vitest';
import { again, type Person, person } from '../support/person.ts';
import { openRaw } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** The routes that need no session, and one that lacks a field on each. */
const open = [
  ['rest', '/auth/register'],
  ['rest', '/auth/login'],
  ['dotjson', '/register.json'],
  ['dotjson', '/login.json'],
  ['envelope', '/api/auth/login'],
  ['envelope', '/api/auth/logout'],
  ['email', '/auth/email/verify'],
  ['email', '/auth/password/forgot'],
  ['email', '/auth/password/reset'],
] as const;

/** The routes of a signed-in person that need a body. */
const signedIn = [
  ['account', 'POST', '/auth/confirm'],
  ['account', 'POST', '/auth/password'],
  ['account', 'DELETE', '/auth/account'],
  ['email', 'POST', '/auth/email'],
] as const;

/** The lines that some requests left: event, outcome and contract of each, and the id of its request. */
async function linesOf(server: TestServer, requests: () => Promise<unknown>) {
  const since = server.log.length;
  await requests();
  return server.log.slice(since).map(({ entry }) => entry['audit'] as Record<string, unknown>);
}

const said = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ event, outcome, contract }) => [event, outcome, contract]);

test.each(open)('a body that lacks a field leaves one line: %s %s', async (contract, path) => {
  const server = await startServer();
  let answered: unknown;
  const lines = await linesOf(server, async () => {
    const answer = await server.post(path, { nothing: 'of use' });
    expect(answer.status).toBe(400);
    answered = answer.headers['x-request-id'];
  });
  expect(said(lines)).toEqual([['refusal', 'missing_field', contract]]);
  expect(lines[0]?.['requestId']).toBe(answered);
});

test.each([...open.map(([contract, path]) => [contract, 'POST', path] as const), ...signedIn])(
  'a body that is no JSON, of another type, or too large leaves one line each: %s %s %s',
  async (contract, method, path) => {
    const server = await startServer();
    const ada: Person = await person(server);
    const headers = { 'content-type': 'application/json', 'x-session-id': ada.id };
    const lines = await linesOf(server, async () => {
      for (const asked of [
        { headers, body: '{' },
        { headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' },
        { headers: { ...headers, 'content-encoding': 'br' }, body: '{}' },
        { headers, body: ' '.repeat(16_385) },
      ])
        expect((await server.send({ method, path, ...asked })).status).toBeGreaterThanOrEqual(400);
    });
    expect(said(lines)).toEqual([
      ['refusal', 'malformed_body', contract],
      ['refusal', 'unsupported_media_type', contract],
      ['refusal', 'unsupported_encoding', contract],
      ['refusal', 'body_too_large', contract],
    ]);
  },
);

test('a logout without a session, or with too many, and a request without a host leave one line each', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const many = Array.from({ length: 9 }, (_, n) => `${'a'.repeat(25)}${n}`).join(', ');
  const lines = await linesOf(server, async () => {
    expect((await server.post('/logout.json', {})).status).toBe(401);
    const tooMany = { method: 'POST', path: '/auth/logout', headers: { 'x-session-id': many } };
    expect((await server.send(tooMany)).status).toBe(400);
    expect(await withHead(server, '/auth/login', 'Host: a.example', 'Expect: the unexpected')).toBe(417);
    expect(await withHead(server, '/api/auth/login', 'Host: a.example', 'Host: b.example')).toBe(400);
  });
  expect(said(lines)).toEqual([
    ['refusal', 'no_session', 'dotjson'],
    ['refusal', 'malformed_request', 'rest'],
    ['refusal', 'unmet_expectation', 'rest'],
    ['refusal', 'malformed_request', 'envelope'],
  ]);
  for (const who of [ada, other]) expect((await who.ask('GET', '/auth/session')).status).toBe(200);
});

test('an unknown path, or a wrong method, leaves no line', async () => {
  const server = await startServer();
  const lines = await linesOf(server, async () => {
    expect((await server.send({ path: '/nowhere' })).status).toBe(404);
    expect((await server.send({ method: 'PUT', path: '/auth/login' })).status).toBe(405);
  });
  expect(lines).toEqual([]);
});

test('many malformed requests at once are answered in turn, and each leaves its line', async () => {
  const server = await startServer();
  const lines = await linesOf(server, async () => {
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.post('/auth/login', {})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    // Twenty in ten milliseconds (test/http/refusal-limiter.test.ts).
    expect(performance.now() - startedAt).toBeGreaterThan(75);
  });
  expect(lines).toHaveLength(200);
});

/** The status of a POST without a body, with header lines that the usual client would not send. */
async function withHead(server: TestServer, path: string, ...lines: string[]): Promise<number | undefined> {
  const raw = await openRaw(server.url);
  raw.socket.write([`POST ${path} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'));
  await raw.ended;
  return raw.answers[0]?.status;
}
