/** Everything under one path, and the paths that are Gatehouse's (ruling W6). */

import { expect, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';
import { sendExactly } from '../support/client.ts';
import { contracts, joe } from '../support/contracts.ts';
import { assertDescribed } from '../support/described.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const base = '/id';

/** Asks below the base path; the answer is held against the document as if it were at the root. */
async function ask(server: TestServer, method: string, path: string, body?: object, headers = {}) {
  const answer = await sendExactly(server.url, {
    method,
    path: `${base}${path}`,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  assertDescribed({ method, path, status: answer.status, headers: answer.headers, text: answer.text });
  return answer;
}

/** A request at the root, whose answer the document does not know. */
const atRoot = (server: TestServer, method: string, path: string) =>
  sendExactly(server.url, { method, path });

test('W6: a whole life of a session on every contract below the base path', async () => {
  const server = await startServer({ GATEHOUSE_BASE_PATH: base });
  expect((await ask(server, 'POST', '/register.json', joe)).status).toBe(200);
  for (const { loginPath, field, idIn } of contracts) {
    const id = idIn(await ask(server, 'POST', loginPath, { [field]: joe.username, password: joe.password }));
    const headers = { 'x-session-id': id };
    expect((await ask(server, 'GET', '/auth/session', undefined, headers)).status).toBe(200);
    expect((await ask(server, 'HEAD', '/auth/session', undefined, headers)).status).toBe(200);
    const { json } = await ask(server, 'GET', '/auth/sessions', undefined, headers);
    const [{ handle }] = json['sessions'] as [{ handle: string }];
    expect((await ask(server, 'DELETE', `/auth/sessions/${handle}`, undefined, headers)).status).toBe(204);
    expect((await ask(server, 'GET', '/auth/session', undefined, headers)).status).toBe(401);
  }
});

test('W6: below the base path a stray path is answered by the contract that owns it', async () => {
  const server = await startServer({ GATEHOUSE_BASE_PATH: base });
  for (const { strayPath, errorIn } of contracts) {
    const answer = await ask(server, 'POST', strayPath, {});
    expect(answer.status).toBe(404);
    errorIn(answer);
  }
  const answer = await ask(server, 'GET', '/auth/login');
  expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
});

test('W6: outside the base path only the health routes answer', async () => {
  const server = await startServer({ GATEHOUSE_BASE_PATH: base });
  for (const path of ['/healthz', '/readyz']) {
    expect((await atRoot(server, 'GET', path)).status).toBe(200);
    expect((await ask(server, 'GET', path)).status).toBe(200);
    expect((await atRoot(server, 'HEAD', path)).status).toBe(200);
    const other = await atRoot(server, 'POST', path);
    expect([other.status, other.headers.allow]).toEqual([405, 'GET, HEAD']);
  }
  for (const path of [
    '/auth/session',
    '/auth/login',
    '/api/auth/login',
    '/login.json',
    '/openapi.json',
    '/',
  ]) {
    const answer = await atRoot(server, 'POST', path);
    expect([answer.status, answer.headers['content-type']], path).toEqual([404, 'application/problem+json']);
  }
});

test('W6: the base path matches byte by byte, like every path (G11)', async () => {
  const server = await startServer({ GATEHOUSE_BASE_PATH: base });
  for (const path of [
    '/id',
    '/id/',
    '/ID/auth/session',
    '/idx/auth/session',
    '/id//auth/session',
    '/%69d/auth/session',
    '/x/../id/auth/session',
    '/id/id/auth/session',
    '/id/./auth/session',
    '//id/auth/session',
    'http://localhost/id/auth/session',
  ]) {
    expect((await atRoot(server, 'GET', path)).status, path).toBe(404);
  }
  expect((await atRoot(server, 'GET', '/id/auth/session')).status).toBe(401);
  expect((await atRoot(server, 'GET', '/id/auth/session?x=1')).status).toBe(401);
});

test('W6: the document says where its paths begin', async () => {
  const server = await startServer({ GATEHOUSE_BASE_PATH: base });
  const { json } = await ask(server, 'GET', '/openapi.json');
  expect(json['servers']).toMatchObject([{ url: base }]);
});

test.each([
  ['/id', '/id'],
  ['/id/', '/id'],
  ['/a/b-c/d_e/~f.g', '/a/b-c/d_e/~f.g'],
  ['/', ''],
  ['', ''],
  [`/${'x'.repeat(199)}`, `/${'x'.repeat(199)}`],
])('W6: the base path %s is read as "%s"', (text, read) => {
  expect(readSettings({ GATEHOUSE_BASE_PATH: text }).basePath).toBe(read);
});

test.each([
  'id',
  '//id',
  '/id//',
  '/a//b',
  '/..',
  '/a/../b',
  '/./a',
  '/a b',
  '/%61',
  '/a?b',
  '/a#b',
  '/é',
  'https://example.com/id',
  `/${'x'.repeat(200)}`,
])('W6: %s is no base path', (text) => {
  expect(() => readSettings({ GATEHOUSE_BASE_PATH: text })).toThrow(UnusableSettings);
});

test.each([
  ['/api', '/api/auth/session', 'rest', 'envelope'],
  ['/auth', '/auth/api/auth/login', 'envelope', 'rest'],
  ['/auth/deep', '/auth/deep/api/auth/login', 'envelope', 'rest'],
  ['/login.json', '/login.json/api/auth/login', 'envelope', 'dotjson'],
])(
  'W6: the base path %s, under which two contracts would claim %s, is refused',
  async (path, twice, one, other) => {
    const opening = createGatehouse({
      settings: readSettings({
        DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
        GATEHOUSE_BASE_PATH: path,
      }),
    });
    await expect(opening).rejects.toThrow(UnusableSettings);
    await expect(opening).rejects.toThrow(
      `GATEHOUSE_BASE_PATH is "${path}": ${twice} would belong to ${one} and to ${other}.`,
    );
  },
);
