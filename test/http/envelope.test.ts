/** The `envelope` contract: the session in the bodies, a request id in every answer (rulings E1 to E4). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { check, envelope, joe, login, newSession, register } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function withJoe(): Promise<TestServer> {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  return server;
}

const logout = (server: TestServer, fields: object, headers = {}): Promise<Answer> =>
  server.post('/api/auth/logout', fields, headers);

test('E1: a request id that the client sends is ignored', async () => {
  const server = await withJoe();
  const request = '11111111-1111-4111-8111-111111111111';
  for (const proposed of [request, 1, null, { id: request }]) {
    for (const fields of [
      { ...joe, request: proposed },
      { ...joe, password: 'wrong password', request: proposed },
      { request: proposed },
    ]) {
      const answer = await server.post(`/api/auth/login?request=${request}`, fields, {
        'x-request-id': request,
      });
      expect(answer.json['request']).toMatch(uuid);
      expect(answer.json['request']).not.toBe(request);
    }
    expect((await logout(server, { request: proposed, session: 'unknown' })).json['request']).not.toBe(
      request,
    );
  }
});

test('E2: a login answers 200 with request, user, session and message', async () => {
  const server = await withJoe();
  const answer = await server.post('/api/auth/login', joe);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(Object.keys(answer.json)).toEqual(['request', 'user', 'session', 'message']);
  expect(answer.json['message']).toBe('Logged in');
  const session = String(answer.json['session']);
  expect(session).toMatch(envelope.idSpelling);
  expect((await check(server, session)).json['user']).toMatchObject({ id: answer.json['user'] });
});

test('E2: an unknown user and a wrong password are 401 in one and the same sentence', async () => {
  const server = await withJoe();
  const answers = [
    await login(server, envelope, 'nobody', joe.password),
    await login(server, envelope, joe.username, 'wrong password'),
    await login(server, envelope, joe.username, joe.password.toUpperCase()),
    await login(server, envelope, '', ''),
    await login(server, envelope, 'no identifier', 'x'.repeat(5_000)),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(envelope.errorIn(answer)).toBe('Invalid username or password');
    expect(answer.text.length).toBe(answers[0]?.text.length);
  }
});

test('E3: an unknown, an expired and an ended session are 404', async () => {
  const server = await withJoe();
  const [ended, expired] = [await newSession(server, envelope), await newSession(server, envelope)];
  await logout(server, { session: ended });
  const unknown = ['', 'unknown', 'x'.repeat(26), 'x'.repeat(10_000), '\uD800', '\0', "' OR 1=1 --"];
  for (const session of [...unknown, ended]) {
    const answer = await logout(server, { session });
    expect(answer.status).toBe(404);
    expect(envelope.errorIn(answer)).toBe('Session not found');
  }
  server.advance(8 * 86_400_000);
  expect((await logout(server, { session: expired })).status).toBe(404);
});

test.each([undefined, null, 1, true, [], {}, ['x'.repeat(26)]].map((session) => ({ session })))(
  'E3: a session that is $session is 400',
  async ({ session }) => {
    const server = await startServer();
    const answer = await logout(server, { session });
    expect(answer.status).toBe(400);
    expect(envelope.errorIn(answer)).toContain('"session"');
  },
);
