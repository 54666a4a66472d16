/** The `dotjson` contract: exact bodies, exact errors, `?s=` and a cookie (rulings D3, D5 and D6). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { check, dotjson, joe, login, newSession, register } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function withJoe(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer(environment);
  await register(server, joe.username, joe.password);
  return server;
}

const logout = (server: TestServer, query: string, headers = {}): Promise<Answer> =>
  server.send({ method: 'POST', path: `/logout.json${query}`, headers });

test('D3: with enumeration hidden an unknown user and a wrong password are one answer', async () => {
  const server = await withJoe({ GATEHOUSE_ENUMERATION: 'hide' });
  const unknown = await login(server, dotjson, 'nobody', joe.password);
  const wrong = await login(server, dotjson, 'joe', 'wrong password');
  expect([unknown.status, unknown.text]).toEqual([401, '{"error":"Invalid password"}']);
  expect([wrong.status, wrong.text]).toEqual([401, '{"error":"Invalid password"}']);
  const names = ({ headers }: Answer) => Object.keys(headers);
  expect(names(unknown)).toEqual(names(wrong));
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
