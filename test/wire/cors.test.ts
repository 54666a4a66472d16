/** Which pages may read an answer (ruling G13; the Fetch standard, section 3.3). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { act, changingPaths, joe, newSession, register, rest } from '../support/contracts.ts';
import { startServer } from '../support/server.ts';

const allowed = 'https://app.example.com';
const settings = { GATEHOUSE_ALLOWED_ORIGINS: allowed, GATEHOUSE_THROTTLE: 'off' };

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

test('G13: answers to anybody else have no CORS headers, but still say that they depend on the origin', async () => {
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

test('G13: without a list no origin is let in, and nothing of CORS is said', async () => {
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

test.each([...changingPaths, '/auth/session'])(
  'G13: a preflight of %s is answered for allowed origins only',
  async (path) => {
    const server = await startServer(settings);
    const method = path === '/auth/session' ? 'GET' : 'POST';
    const ask = (origin: string) =>
      server.send({
        method: 'OPTIONS',
        path,
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type, x-session-id, x-anything',
        },
      });
    const answer = await ask(allowed);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['access-control-allow-origin']).toBe(allowed);
    expect(answer.headers['access-control-allow-credentials']).toBe('true');
    expect(String(answer.headers['access-control-allow-methods']).split(', ')).toContain(method);
    expect(answer.headers['access-control-allow-headers']).toBe('Authorization, Content-Type, X-Session-Id');
    for (const origin of ['https://elsewhere.example', 'null', server.url]) {
      const refused = await ask(origin);
      expect(refused.status).toBe(405);
      expectNoCors(refused);
    }
  },
);
