/** A person's own sessions over HTTP: seeing them and ending them. */

import { expect, test } from 'vitest';
import { again, isAlive, password, person } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

interface Shown {
  readonly handle: string;
  readonly device: string;
  readonly current: boolean;
}

test('P2: lists my live sessions, the one used last first, and never an id', async () => {
  const server = await startServer();
  const ada = await person(server);
  await person(server, 'eve@example.com');
  server.advance(120_000);
  const other = await again(server, ada, firefox);
  const list = await ada.ask('GET', '/auth/sessions');
  expect(list.status).toBe(200);
  const sessions = list.json['sessions'] as Shown[];
  expect(sessions).toHaveLength(2);
  expect(sessions.map(({ current }) => current).sort()).toEqual([false, true]);
  const second = sessions.find(({ current }) => !current);
  expect(second).toMatchObject({ contract: 'rest', network: '127.0.0.1', device: 'Firefox on Linux' });
  expect(list.text).not.toContain(ada.id);
  expect(list.text).not.toContain(other.id);
});

test('P2: a session that expired without use is not listed', async () => {
  const server = await startServer({ GATEHOUSE_SESSION_IDLE_SECONDS: '60' });
  const ada = await person(server);
  server.advance(59_000);
  const other = await again(server, ada);
  server.advance(1_000);
  const { sessions } = (await other.ask('GET', '/auth/sessions')).json as unknown as { sessions: Shown[] };
  expect(sessions.map(({ current }) => current)).toEqual([true]);
});

test('P3: ends one session by its handle, at once and for every contract', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const { handle } = await handleOf(other);
  expect((await ada.ask('DELETE', `/auth/sessions/${handle}`)).status).toBe(204);
  expect(await isAlive(server, other.id)).toBe(false);
  expect(await isAlive(server, ada.id)).toBe(true);
  expect((await ada.ask('DELETE', `/auth/sessions/${handle}`)).status).toBe(404);
});

test('P1: a foreign handle is 404 and does nothing', async () => {
  const server = await startServer();
  const ada = await person(server);
  const eve = await person(server, 'eve@example.com');
  const { handle } = await handleOf(ada);
  const refused = await eve.ask('DELETE', `/auth/sessions/${handle}`);
  expect(refused.status).toBe(404);
  expect(refused.json['detail']).toBe('Session not found');
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P3: ends all others, or all with ?all=true, which clears the cookie; a mistyped query ends none', async () => {
  const server = await startServer();
  const ada = await person(server);
  const others = [await again(server, ada), await again(server, ada)];
  for (const query of ['?all=false', '?all', '?everything=true']) {
    expect((await ada.ask('DELETE', `/auth/sessions${query}`)).status).toBe(400);
  }
  expect(await isAlive(server, others[0]?.id ?? '')).toBe(true);

  expect((await ada.ask('DELETE', '/auth/sessions')).json).toEqual({ ended: 2 });
  expect(await Promise.all(others.map(({ id }) => isAlive(server, id)))).toEqual([false, false]);
  expect(await isAlive(server, ada.id)).toBe(true);

  const all = await ada.ask('DELETE', '/auth/sessions?all=true');
  expect(all.json).toEqual({ ended: 1 });
  expect(all.cookie).toBe('');
  expect(await isAlive(server, ada.id)).toBe(false);
});

test('P4: without a session every route is 401, with another method 405', async () => {
  const server = await startServer();
  for (const [method, path] of [
    ['GET', '/auth/sessions'],
    ['DELETE', '/auth/sessions'],
    ['DELETE', '/auth/sessions/abc'],
  ] as const) {
    expect((await server.send({ method, path })).status).toBe(401);
  }
  expect((await server.send({ method: 'PUT', path: '/auth/sessions' })).headers['allow']).toBe(
    'GET, HEAD, DELETE',
  );
  expect((await server.send({ method: 'GET', path: '/auth/sessions/abc' })).headers['allow']).toBe('DELETE');
  expect((await server.send({ method: 'DELETE', path: '/auth/sessions/A-B' })).status).toBe(404);
});

test('P4: a page of another origin ends nothing', async () => {
  const server = await startServer();
  const ada = await person(server);
  const refused = await server.send({
    method: 'DELETE',
    path: '/auth/sessions?all=true',
    headers: { cookie: `session_id=${ada.id}`, 'sec-fetch-site': 'cross-site' },
  });
  expect(refused.status).toBe(403);
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P13: a limit ends the session used least recently, and only beyond the limit', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '2' });
  const ada = await person(server);
  server.advance(61_000);
  const second = await again(server, ada);
  server.advance(61_000);
  // Used again: now the second one is the one used least recently.
  expect(await isAlive(server, ada.id)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 250));
  server.advance(61_000);
  const third = await again(server, ada);
  expect(await isAlive(server, second.id)).toBe(false);
  expect(await isAlive(server, ada.id)).toBe(true);
  expect(await isAlive(server, third.id)).toBe(true);
});

test('P3: of ending all and a login at once, a login that comes later stays', async () => {
  const server = await startServer();
  const ada = await person(server);
  const [ended, login] = await Promise.all([
    ada.ask('DELETE', '/auth/sessions?all=true'),
    server.post('/auth/login', { email: ada.email, password }),
  ]);
  expect([ended.status, login.status]).toEqual([200, 200]);
  const alive = await isAlive(server, String(login.json['session_id']));
  // Either it began before the end and is among the ended, or it is alive: never both, never neither.
  expect(Number(ended.json['ended'])).toBe(alive ? 1 : 2);
});

async function handleOf(who: {
  ask: (method: string, path: string) => Promise<{ json: Record<string, unknown> }>;
}) {
  const { session } = (await who.ask('GET', '/auth/session')).json as unknown as {
    session: { handle: string };
  };
  return session;
}
