/** Forward authentication: what a proxy is told about each request (ruling W7). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerValue } from '../../src/http/forward/identity-headers.ts';
import { type Answer, type Asked, sendExactly } from '../support/client.ts';
import { check, joe, newSession, problemIn, register, rest } from '../support/contracts.ts';
import { query, takeAway } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const names = ['remote-user', 'remote-name', 'remote-email', 'remote-session'] as const;
const none = { 'remote-user': '', 'remote-name': '', 'remote-email': '', 'remote-session': '' };

function identityIn({ headers }: Answer) {
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}

const forward = (server: TestServer, headers: Asked['headers'] = {}, query = '', method = 'GET') =>
  server.send({ method, path: `/auth/forward${query}`, headers });

async function joesSession(server: TestServer): Promise<string> {
  await register(server, joe.username, joe.password);
  return newSession(server, rest);
}

test('W7: a live session is 200 with the user id, the identifier and the handle, and no body', async () => {
  const server = await startServer();
  const id = await joesSession(server);
  const { user, session } = (await check(server, id)).json as Record<string, Record<string, string>>;
  for (const headers of [{ cookie: `session_id=${id}` }, { authorization: `Bearer ${id}` }]) {
    const answer = await forward(server, headers);
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '0']);
    expect(identityIn(answer)).toEqual({
      'remote-user': user?.['id'],
      'remote-name': 'joe',
      'remote-email': '',
      'remote-session': session?.['handle'],
    });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  }
});

test('W7: without a live session it is 401, with every identity header empty', async () => {
  const server = await startServer();
  const id = await joesSession(server);
  await rest.logout(server, id);
  for (const headers of [{}, { cookie: `session_id=${id}` }, { 'x-session-id': 'x' }]) {
    const answer = await forward(server, headers as Record<string, string>);
    expect([answer.status, problemIn(answer)]).toEqual([401, 'Not authenticated']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(identityIn(answer)).toEqual(none);
  }
});

test('W7: every method is answered alike, from every origin, and a body is ignored', async () => {
  const server = await startServer({ GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com' });
  const cookie = `session_id=${await joesSession(server)}`;
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE'];
  for (const method of methods) {
    for (const origin of ['https://evil.example', 'https://app.example.com']) {
      const headers = { origin, 'sec-fetch-site': 'cross-site', 'access-control-request-method': 'PUT' };
      const body = method === 'TRACE' ? {} : { body: 'x'.repeat(30_000) };
      const ask = (more: object) =>
        sendExactly(server.url, { method, path: '/auth/forward', headers: { ...headers, ...more }, ...body });
      // An answer of 2xx to a preflight would let it through without a session.
      const refused = await ask({});
      expect([method, refused.status, identityIn(refused)]).toEqual([method, 401, none]);
      const live = await ask({ cookie });
      expect([method, live.status, live.headers['remote-name']]).toEqual([method, 200, 'joe']);
    }
  }
});

test('W7: the address is told only once its owner has proved it, also of an account with a username', async () => {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), GATEHOUSE_CHECK_TRUST_MS: '1000' });
  const ada = await person(server);
  const cookie = `session_id=${await joesSession(server)}`;
  const emails = async () => [
    (await forward(server, { 'x-session-id': ada.id })).headers['remote-email'],
    (await forward(server, { cookie })).headers['remote-email'],
  ];
  await server.post('/auth/email', { email: 'joe@example.org', password: joe.password }, { cookie });
  expect(await emails()).toEqual(['', '']);
  for (const { token } of await mail.arrived(2)) await server.post('/auth/email/verify', { token });
  for (let n = 0; n < 2; n += 1) expect(await emails()).toEqual(['ada@example.com', 'joe@example.org']);
  // The session check shows no address of an account with a username, from the cache neither.
  const checked = await server.send({ path: '/auth/session', headers: { cookie } });
  expect(Object.keys(checked.json['user'] as object)).toEqual(['id', 'username', 'created_at']);
});

test('W7: a name that cannot be a header is percent-encoded', async () => {
  const server = await startServer();
  const id = await joesSession(server);
  await query(server, 'UPDATE auth SET identifier = ?', 'Zo\u00eb, 50% \u{1f600}');
  const answer = await forward(server, { 'x-session-id': id });
  expect(answer.headers['remote-name']).toBe('Zo%C3%AB%2C%2050%25%20%F0%9F%98%80');
});

test('W7: an imported address that looks like JSON is told as it is, and the session check stays as it was', async () => {
  const server = await startServer();
  const id = await joesSession(server);
  const before = (await check(server, id)).text;
  await query(server, "UPDATE users SET email = '{joe@x}', email_verified_at = created_at");
  for (let n = 0; n < 2; n += 1) {
    expect((await forward(server, { 'x-session-id': id })).headers['remote-email']).toBe('{joe@x}');
    expect((await check(server, id)).text).toBe(before);
  }
});

test('W7: an encoded value is visible ASCII without a comma, and decodes to the text it was', () => {
  const property = (text: string) => {
    const value = headerValue(text);
    expect(value).toMatch(/^[!-+\--~]*$/);
    expect(decodeURIComponent(value)).toBe(text.toWellFormed());
  };
  fc.assert(fc.property(fc.string({ unit: 'binary' }), property), { numRuns: 300 });
  fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), property));
  for (const text of ['a\r\nremote-user: admin', '\ud800', '\0', ' ', '%', ',']) property(text);
  expect(headerValue('ada.l+x_y@example.com')).toBe('ada.l+x_y@example.com');
});

test('W7: the identity headers have the names of the setting', async () => {
  const given = 'X-WebAuth-User,X-WebAuth-Name,X-WebAuth-Email,X-WebAuth-Session';
  const server = await startServer({ GATEHOUSE_FORWARD_HEADERS: given });
  const id = await joesSession(server);
  const ask = (headers = {}) => sendExactly(server.url, { path: '/auth/forward', headers });
  const live = (await ask({ 'x-session-id': id })).headers;
  expect([live['x-webauth-name'], live['x-webauth-email'], live['remote-user']]).toEqual([
    'joe',
    '',
    undefined,
  ]);
  expect((await ask()).headers['x-webauth-user']).toBe('');
});

test('W7, G9: without the store it is 503, never 401 and never 200, with every identity header empty', async () => {
  const server = await startServer();
  const id = await joesSession(server);
  const putBack = await takeAway(server, 'sessions');
  for (const query of ['', '?style=redirect', '?style=nginx']) {
    const answer = await forward(server, { 'x-session-id': id, accept: 'text/html' }, query);
    expect([answer.status, answer.headers['retry-after'], answer.headers.location]).toEqual([
      503,
      '1',
      undefined,
    ]);
    expect(identityIn(answer)).toEqual(none);
  }
  await putBack();
  expect((await forward(server, { 'x-session-id': id })).status).toBe(200);
});

test('W7: a session that ends is refused by the very next request', async () => {
  const server = await startServer({ GATEHOUSE_CHECK_TRUST_MS: '1000' });
  const id = await joesSession(server);
  for (let n = 0; n < 2; n += 1) expect((await forward(server, { 'x-session-id': id })).status).toBe(200);
  await rest.logout(server, id);
  expect((await forward(server, { 'x-session-id': id })).status).toBe(401);
});
