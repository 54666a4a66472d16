/** The `envelope` contract: the session in the bodies, a request id in every answer (rulings E1 to E3). */

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

test('E2: the user of a login is the one that the session check names', async () => {
  const server = await withJoe();
  const { user, session } = (await server.post('/api/auth/login', joe)).json;
  expect((await check(server, String(session))).json['user']).toMatchObject({ id: user });
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

test('E3: an unknown and an expired session are 404, whatever text names it', async () => {
  const server = await withJoe();
  const expired = await newSession(server, envelope);
  const unknown = ['', 'unknown', 'x'.repeat(26), 'x'.repeat(10_000), '\uD800', '\0', "' OR 1=1 --"];
  for (const session of unknown) {
    const answer = await logout(server, { session });
    expect(answer.status).toBe(404);
    expect(envelope.errorIn(answer)).toBe('Session not found');
  }
  server.advance(8 * 86_400_000);
  expect((await logout(server, { session: expired })).status).toBe(404);
});
