/** The verb of the library: who sent a request. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { SessionSource } from '../../src/library/session.ts';
import { embedded } from '../support/embedded.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** A request of `node:http` as a server receives it, with these headers. */
async function received(headers: Record<string, string | string[]>): Promise<IncomingMessage> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { request } = await import('node:http');
  const sent = request({ port, host: '127.0.0.1', headers });
  sent.on('error', () => {}).end();
  const [incoming, outgoing] = await once(server, 'request');
  outgoing.end();
  return incoming;
}

test('a signed-in person is found by cookie, bearer token and X-Session-Id, from every kind of request', async () => {
  const gatehouse = await embedded();
  const { cookie = '', json } = await gatehouse.post('/auth/register', person);
  const id = String(json['session_id']);
  for (const headers of [{ cookie }, { authorization: `Bearer ${id}` }, { 'x-session-id': id }] as const) {
    const sources: SessionSource[] = [
      new Request('http://localhost/', { headers }),
      new Headers(headers),
      await received(headers),
    ];
    for (const source of sources) {
      const result = await gatehouse.session(source);
      if (result.status !== 'live') throw new Error(result.status);
      expect(result.user).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: person.email,
        emailVerified: false,
        createdAt: expect.any(Date),
      });
      expect(Math.abs(result.user.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
      expect(result.session.handle).toMatch(/^[a-z0-9]{16}$/);
      expect(result.session.expiresAt.getTime()).toBeGreaterThan(result.session.idleExpiresAt.getTime());
    }
  }
});

test('a person with a username has no mail address', async () => {
  const gatehouse = await embedded();
  await gatehouse.post('/register.json', { username: 'joe', password: 'supersecure' });
  const { json } = await gatehouse.post('/login.json', { username: 'joe', password: 'supersecure' });
  const result = await gatehouse.session(new Headers({ authorization: `Bearer ${json['id']}` }));
  expect(result).toMatchObject({ status: 'live', user: { username: 'joe' } });
  expect(result).not.toHaveProperty('user.email');
});

test('without a live session there is none: no id, an unknown one, two that differ, a logged-out one', async () => {
  const gatehouse = await embedded();
  const { cookie = '', json } = await gatehouse.post('/auth/register', person);
  const other = await gatehouse.post('/auth/login', person);
  for (const headers of [
    {},
    { cookie: 'session_id=00000000-0000-4000-8000-000000000000' },
    { cookie: `${cookie}; ${other.cookie}` },
    { cookie: `other=1; session=${json['session_id']}` },
  ])
    expect(await gatehouse.session(new Headers(headers as Record<string, string>))).toEqual({
      status: 'none',
    });
  await gatehouse.post('/auth/logout', {}, { cookie });
  expect(await gatehouse.session(new Headers({ cookie }))).toEqual({ status: 'none' });
  expect(await gatehouse.session(new Headers({ cookie: other.cookie ?? '' }))).toMatchObject({
    status: 'live',
  });
});

test('a header that node:http would cut to its first value is read as a whole', async () => {
  const gatehouse = await embedded();
  const { json } = await gatehouse.post('/auth/register', person);
  const bearer = `Bearer ${json['session_id']}`;
  const incoming = await received({ authorization: [bearer, 'Bearer of-another-one-1234'] });
  expect(await gatehouse.session(incoming)).toEqual({ status: 'none' });
});

test('while the store is away nothing is known, the log says why, and the cookie may be sent again', async () => {
  const gatehouse = await embedded();
  const { cookie = '' } = await gatehouse.post('/auth/register', person);
  await gatehouse.close();
  const result = await gatehouse.session(new Headers({ cookie }));
  expect(result).toEqual({ status: 'unknown', retryAfterSeconds: 1 });
  expect(gatehouse.log.error.map(([, message]) => message)).toContain('session check failed');
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a string', 'session_id=1'],
  ['an object with plain headers', { headers: { cookie: 'session_id=1' } }],
  ['a URL', new URL('http://localhost')],
])('%s is no request, and the error says what is', async (_what, source) => {
  const gatehouse = await embedded();
  await expect(gatehouse.session(source as never)).rejects.toThrow(
    new TypeError(
      'session() takes a Request, its Headers, or a request of node:http. Pass what your framework handed you, unchanged.',
    ),
  );
});

test('requests and headers of another implementation are read by what they can do', async () => {
  const gatehouse = await embedded();
  const { cookie = '' } = await gatehouse.post('/auth/register', person);
  const headers = { get: (name: string) => (name === 'cookie' ? cookie : null) };
  expect(await gatehouse.session(headers)).toMatchObject({ status: 'live' });
  expect(await gatehouse.session({ headers })).toMatchObject({ status: 'live' });
  // A request of Express has a `get` of its own, which answers undefined for what is missing.
  const incoming = Object.assign(await received({ cookie }), { get: () => undefined });
  expect(await gatehouse.session(incoming)).toMatchObject({ status: 'live' });
});

test('checks of the library are counted with those over HTTP', async () => {
  const gatehouse = await embedded();
  const { cookie = '' } = await gatehouse.post('/auth/register', person);
  await gatehouse.session(new Headers({ cookie }));
  await gatehouse.fetch(new Request('http://localhost/auth/session', { headers: { cookie } }));
  await gatehouse.session(new Headers());
  const checks = gatehouse.metrics().find(({ name }) => name === 'gatehouse_session_checks_total');
  expect(checks).toHaveProperty(
    'samples',
    expect.arrayContaining([
      { labels: { outcome: 'live' }, value: 2 },
      { labels: { outcome: 'none' }, value: 1 },
    ]),
  );
});
