/** The session check: who is this? (ruling B1) */

import { expect, test } from 'vitest';
import { ann, check, contracts, joe, newSession, problemIn, register, rest } from '../support/contracts.ts';
import { query } from '../support/database.ts';
import { startServer } from '../support/server.ts';

const start = Date.parse('2026-03-01T12:00:00.250Z');

test('B1: it answers with the user and the session, and times in UTC', async () => {
  const server = await startServer({ GATEHOUSE_TIME_ZONE: 'America/New_York' });
  server.freeze(start);
  await register(server, 'JoeCool', joe.password);
  server.freeze(start + 1_000);
  const id = await newSession(server, rest, { username: 'joecool', password: joe.password });
  server.freeze(start + 3_600_000);

  const answer = await check(server, id);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const [user] = await query(server, 'SELECT id FROM users');
  const [session] = await query(server, 'SELECT handle FROM sessions');
  expect(answer.json).toEqual({
    user: { id: user?.['id'], username: 'JoeCool', created_at: '2026-03-01T12:00:00.250Z' },
    session: {
      handle: session?.['handle'],
      created_at: '2026-03-01T12:00:01.250Z',
      last_seen_at: '2026-03-01T13:00:00.250Z',
      idle_expires_at: '2026-03-08T13:00:00.250Z',
      expires_at: '2026-03-31T12:00:01.250Z',
    },
  });
});

test('B1: who registered with an e-mail address has an email, as it was registered, and no username', async () => {
  const server = await startServer();
  await register(server, 'Ann@Example.com', ann.password);
  const id = await newSession(server, rest, { username: ann.email, password: ann.password });
  const { user } = (await check(server, id)).json as { user: Record<string, unknown> };
  expect(Object.keys(user)).toEqual(['id', 'email', 'created_at']);
  expect(user['email']).toBe('Ann@Example.com');
});

test('B1: the answer holds neither the id nor anything of the password', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  for (const contract of contracts) {
    const id = await newSession(server, contract);
    const { text, headers } = await check(server, id);
    for (const secret of [id, joe.password, 'pbkdf2']) {
      expect(text).not.toContain(secret);
      expect(JSON.stringify(headers)).not.toContain(secret);
    }
    expect(headers).not.toHaveProperty('set-cookie');
  }
});

test('B1: without a live session it is 401 "Not authenticated", and names the scheme it takes', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const dead = await newSession(server, rest);
  await rest.logout(server, dead);
  for (const headers of [
    {},
    { cookie: 'session_id=unknown' },
    { 'x-session-id': dead },
    { authorization: 'Bearer x' },
  ]) {
    const answer = await server.send({ path: '/auth/session', headers: headers as Record<string, string> });
    expect(answer.status).toBe(401);
    expect(problemIn(answer)).toBe('Not authenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  }
});

test('B1: a session whose user is gone is dead', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  expect((await check(server, id)).status).toBe(200);
  await query(server, 'DELETE FROM users');
  expect((await check(server, id)).status).toBe(401);
});

test('B1: HEAD answers like GET, without a body', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  for (const headers of [{ 'x-session-id': id }, { 'x-session-id': 'unknown' }]) {
    const get = await server.send({ path: '/auth/session', headers });
    const head = await server.send({ method: 'HEAD', path: '/auth/session', headers });
    expect([head.status, head.text]).toEqual([get.status, '']);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.headers['www-authenticate']).toBe(get.headers['www-authenticate']);
  }
});

test('B1: a query and a body are nothing to it', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  const headers = { 'x-session-id': id, 'content-type': 'application/json' };
  for (const body of ['', '{"', 'x'.repeat(100_000)]) {
    const answer = await server.send({ path: '/auth/session?s=unknown&x=%', headers, body });
    expect(answer.status).toBe(200);
  }
});
