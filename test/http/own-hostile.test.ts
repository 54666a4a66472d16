/** The routes of a signed-in person against strangers: other sites, guesses, borrowed carriers, a store that fails. */

import { expect, test } from 'vitest';
import { secretKey } from '../support/codes.ts';
import { bytesOnDisk, lockWrites, query, rowsOf } from '../support/database.ts';
import { again, confirmed, isAlive, password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const replacement = 'correct battery horse';

/** Every route that changes something, with a body that would do it. */
const changes: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/auth/confirm', { password }],
  ['POST', '/auth/password', { current_password: password, new_password: replacement }],
  ['DELETE', '/auth/sessions'],
  ['DELETE', '/auth/sessions?all=true'],
  ['DELETE', '/auth/sessions/q7w2e9r4t1y6u3i8'],
  ['DELETE', '/auth/account', { password }],
  ['POST', '/auth/factors/totp'],
  ['POST', '/auth/factors/totp/confirm', { code: '123456' }],
  ['DELETE', '/auth/factors/totp'],
  ['POST', '/auth/factors/recovery-codes'],
  ['DELETE', '/auth/factors/trusted-browsers'],
  ['DELETE', '/auth/factors/trusted-browsers/q7w2e9r4t1y6u3i8'],
];

const reads = ['/auth/sessions', '/auth/account/export', '/auth/account/activity', '/auth/factors'];

const everything = [...changes, ...reads.map((path) => ['GET', path] as const)];

function ask(
  server: TestServer,
  [method, path, body]: readonly [method: string, path: string, body?: object],
  headers: Record<string, string | readonly string[]>,
) {
  const json = body ? { 'content-type': 'application/json' } : {};
  return server.send({
    method,
    path,
    headers: { ...json, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}

test('P4: a page of another site changes nothing, whichever route it tries', async () => {
  const server = await startServer();
  const ada = await person(server);
  const pages = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  for (const route of changes) {
    for (const page of pages) {
      const refused = await ask(server, route, { cookie: `session_id=${ada.id}`, ...page });
      expect([refused.status, refused.json['type']]).toEqual([403, 'about:blank']);
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
  }
  expect(await isAlive(server, ada.id)).toBe(true);
  expect((await server.post('/auth/login', { email: ada.email, password })).status).toBe(200);
});

test('P4: a preflight names DELETE to an allowed origin, and nothing to any other', async () => {
  const origin = 'https://app.example.com';
  const server = await startServer({ GATEHOUSE_ALLOWED_ORIGINS: origin });
  const preflight = (path: string, from: string) =>
    server.send({ method: 'OPTIONS', path, headers: { origin: from } });
  const allowed = await preflight('/auth/sessions', origin);
  expect(allowed.headers['access-control-allow-methods']).toBe('GET, HEAD, DELETE');
  expect((await preflight('/auth/sessions/abc', origin)).headers['access-control-allow-methods']).toBe(
    'DELETE',
  );
  expect((await preflight('/auth/sessions', 'https://evil.example')).status).toBe(405);
});

test('P4: a path is read exactly as written, and a mistyped one ends nothing', async () => {
  const server = await startServer();
  const ada = await person(server);
  const { session } = (await ada.ask('GET', '/auth/session')).json as { session: { handle: string } };
  const [first = '', ...others] = session.handle;
  const spellings = [
    '/auth/sessions/',
    `/auth/sessions/${session.handle}/`,
    `/auth/sessions//${session.handle}`,
    `/auth/sessions/%${first.charCodeAt(0).toString(16)}${others.join('')}`,
    `/auth/./sessions/${session.handle}`,
    `/auth/sessions/${session.handle};x`,
    `/auth/sessions/${session.handle}%00`,
    '/auth/Sessions',
    '/auth/account/',
  ];
  for (const path of spellings) expect((await ada.ask('DELETE', path)).status, path).toBe(404);
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P1: sessions of every contract are listed and ended, however the session is presented', async () => {
  const server = await startServer();
  const ada = await person(server);
  const asked = { username: ada.email, password };
  const ids = [
    String((await server.post('/api/auth/login', asked)).json['session']),
    String((await server.post('/login.json', asked)).json['id']),
  ];
  const list = await server.send({ path: '/auth/sessions', headers: { authorization: `Bearer ${ids[0]}` } });
  const shown = list.json['sessions'] as { contract: string; current: boolean }[];
  expect(shown.map(({ contract }) => contract).sort()).toEqual(['dotjson', 'envelope', 'rest']);
  expect(shown.filter(({ current }) => current).map(({ contract }) => contract)).toEqual(['envelope']);
  const own = { cookie: `session_id=${ids[1]}` };
  const ended = await server.send({ method: 'DELETE', path: '/auth/sessions', headers: own });
  expect(ended.json).toEqual({ ended: 2 });
  expect([
    await isAlive(server, ada.id),
    ...(await Promise.all(ids.map((id) => isAlive(server, id)))),
  ]).toEqual([false, false, true]);
});

test('P4: two different ids, a repeated header and an id in the URL are no session', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const presented = [
    { cookie: `session_id=${ada.id}; session_id=${other.id}` },
    { 'x-session-id': [ada.id, ada.id] },
    { 'x-session-id': ada.id, authorization: `Bearer ${other.id}` },
    { 'x-session-id': 'unknown', cookie: `session_id=${ada.id}` },
    { cookie: `__Host-gatehouse_device=${ada.id}` },
  ];
  for (const route of everything) {
    for (const headers of presented) {
      const refused = await ask(server, route, headers);
      expect(refused.status, JSON.stringify([route, headers])).toBe(401);
      expect(refused.headers['www-authenticate']).toBe('Bearer');
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
  }
  expect((await server.send({ path: `/auth/sessions?s=${ada.id}` })).status).toBe(401);
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P4: if the store cannot write, the answer is 503 and the sessions stay alive', async () => {
  const server = await startServer(secretKey);
  const ada = await person(server);
  const other = await again(server, ada);
  const unlock = await lockWrites(server);
  const own = { 'x-session-id': ada.id };
  const { session } = (await other.ask('GET', '/auth/session')).json as { session: { handle: string } };
  // A handle that names nothing is known to name nothing, and so is a code before any enrolment: that takes no write.
  const writing = changes.filter(([, path]) => path !== '/auth/factors/totp/confirm');
  const real = writing.map(([method, path, body]) => {
    return [method, path.replace(/[a-z0-9]{16}$/, session.handle), body as object] as const;
  });
  const refusals = await Promise.all(real.map((route) => ask(server, route, own)));
  for (const { status, headers } of refusals) {
    expect([status, headers['set-cookie']]).toEqual([503, undefined]);
  }
  // An export is noted in the audit before anything is handed over.
  for (const path of reads)
    expect((await server.send({ path, headers: own })).status, path).toBe(
      path.endsWith('export') ? 503 : 200,
    );
  await unlock();
  expect([await isAlive(server, ada.id), await isAlive(server, other.id)]).toEqual([true, true]);
});

test('P4: a session of a disabled account is dead on every route, and its password is a wrong one', async () => {
  const server = await startServer();
  const ada = await person(server);
  await query(server, 'UPDATE users SET disabled_at = 1');
  for (const route of everything) {
    expect((await ask(server, route, { 'x-session-id': ada.id })).status).toBe(401);
  }
  const refused = await server.post('/auth/login', { email: ada.email, password });
  expect([refused.status, refused.json['detail']]).toEqual([401, 'Invalid email or password']);
});

test('P6: guesses through any route, and logins through any contract, fill one count', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '4/15m' });
  const ada = await person(server);
  const wrong = 'not my password';
  const statuses = [
    await ada.ask('POST', '/auth/confirm', { password: wrong }),
    await ada.ask('POST', '/auth/password', { current_password: wrong, new_password: replacement }),
    await ada.ask('DELETE', '/auth/account', { password: wrong }),
    await server.post('/login.json', { username: ada.email, password: wrong }),
    await ada.ask('POST', '/auth/confirm', { password }),
    await ada.ask('DELETE', '/auth/account', { password }),
    await server.post('/auth/login', { email: ada.email, password }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([403, 403, 403, 401, 429, 429, 429]);
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P6: a known device can confirm although strangers have filled the count of the account', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  const registered = await server.post('/auth/register', { email: 'ada@example.com', password });
  const cookies = registered.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ') ?? '';
  for (let i = 0; i < 3; i += 1) {
    await server.post('/auth/login', { email: 'ada@example.com', password: 'not my password' });
  }
  const [session = ''] = cookies.split('; ');
  expect((await server.post('/auth/confirm', { password }, { cookie: session })).status).toBe(429);
  expect((await server.post('/auth/confirm', { password }, { cookie: cookies })).status).toBe(200);
});

test('P5: a confirmation applies only to its own session', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  server.advance(600_000);
  expect((await confirmed(ada)).status).toBe(200);
  expect((await other.ask('DELETE', '/auth/account', { password })).status).toBe(403);
  expect((await ada.ask('DELETE', '/auth/account', { password })).status).toBe(204);
});

test('P2: neither a password, nor an id of a session or a device, shows in the log or in the audit', async () => {
  const server = await startServer();
  const device = 'planted0planted0planted0pl';
  const registered = await server.post(
    '/auth/register',
    { email: 'ada@example.com', password },
    { cookie: `__Host-gatehouse_device=${device}` },
  );
  const id = String(registered.json['session_id']);
  const secrets = [password, replacement, 'my secret guess', id, device, 'ada@example.com'];
  const devices = registered.headers['set-cookie']?.[1]?.match(/[a-z0-9]{26}/g) ?? [];
  for (const route of everything.slice(1, 3)) await ask(server, route, { 'x-session-id': id });
  const cookie = `session_id=${id}; __Host-gatehouse_device=${devices.join('.')}`;
  await server.post('/auth/confirm', { password: 'my secret guess' }, { cookie });
  const again = await server.post('/auth/login', { email: 'ada@example.com', password: replacement });
  const own = { cookie: `session_id=${again.cookie}` };
  await server.send({ method: 'DELETE', path: '/auth/sessions/my0secret0guess', headers: own });
  await server.send({ path: '/auth/account/activity?before=my%20secret%20guess', headers: own });
  for (const path of reads) await server.send({ path, headers: own });
  const entries = await rowsOf(server, 'audit');
  const audit = entries.map((row) => JSON.stringify({ ...row, hash: '' })).join();
  for (const secret of [...secrets, ...devices, String(again.cookie)]) {
    expect(JSON.stringify(server.log)).not.toContain(secret);
    expect(audit).not.toContain(secret);
  }
  const file = (await bytesOnDisk(server)).toString('latin1');
  for (const secret of [password, replacement, id, ...devices.filter((one) => one !== device)]) {
    expect(file).not.toContain(secret);
  }
});
