/** The session check: who is this? (ruling B1) */

import { expect, test } from 'vitest';
import { ann, check, contracts, joe, newSession, problemIn, register, rest } from '../support/contracts.ts';
import { query } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { type Person, password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

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

test('B1: an account of an e-mail address has an email, as it was registered, and no username', async () => {
  const server = await startServer();
  await register(server, 'Ann@Example.com', ann.password);
  const id = await newSession(server, rest, { username: ann.email, password: ann.password });
  const { user } = (await check(server, id)).json as { user: Record<string, unknown> };
  expect(Object.keys(user)).toEqual(['id', 'email', 'email_verified', 'created_at']);
  expect(user['email']).toBe('Ann@Example.com');
});

/** The user as a check of this person's session shows it. */
async function userOf(server: TestServer, { id }: Person): Promise<unknown> {
  const { user } = (await check(server, id)).json as { user: Record<string, unknown> };
  const { id: _id, created_at: _createdAt, ...shown } = user;
  return shown;
}

test('B3: an address is unverified until its link is used, and the very next check says so', async () => {
  const mail = await startMailServer();
  // On PostgreSQL the check is answered from memory, as it is outside of tests.
  const server = await startServer({ ...mailingTo(mail), GATEHOUSE_CHECK_TRUST_MS: '1000' });
  const ada = await person(server);
  const shown = (email: string, email_verified: boolean) => ({ email, email_verified });
  for (let n = 0; n < 2; n += 1) expect(await userOf(server, ada)).toEqual(shown('ada@example.com', false));

  // The registration sent it.
  const [asked] = await mail.arrived(1);
  expect(await userOf(server, ada)).toEqual(shown('ada@example.com', false));
  await server.post('/auth/email/verify', { token: asked?.token });
  for (let n = 0; n < 2; n += 1) expect(await userOf(server, ada)).toEqual(shown('ada@example.com', true));

  await ada.ask('POST', '/auth/email', { email: 'ada@example.org', password });
  const [, change] = await mail.arrived(2);
  expect(await userOf(server, ada)).toEqual(shown('ada@example.com', true));
  await server.post('/auth/email/verify', { token: change?.token });
  expect(await userOf(server, ada)).toEqual(shown('ada@example.org', true));
});

test('B3, N2: what another process on the store verified shows within the time of trust', async () => {
  const mail = await startMailServer();
  const environment = { ...mailingTo(mail), GATEHOUSE_CHECK_TRUST_MS: '1000' };
  const here = await startServer(environment);
  const there = await startServer(environment, here.file);
  const ada = await person(here);
  const [{ token } = {}] = await mail.arrived(1);
  const unverified = { email: 'ada@example.com', email_verified: false };
  expect(await userOf(there, ada)).toEqual(unverified);
  expect(await userOf(there, ada)).toEqual(unverified);

  expect((await here.post('/auth/email/verify', { token })).status).toBe(204);
  const verifiedAt = performance.now();
  await expect.poll(() => userOf(there, ada), { interval: 10 }).toMatchObject({ email_verified: true });
  expect(performance.now() - verifiedAt).toBeLessThan(1_500);
  expect(await userOf(here, ada)).toMatchObject({ email_verified: true });
});

test('B3: an account named by a username shows neither the address it has besides nor whether it is verified', async () => {
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  const headers = { 'x-session-id': id };
  await server.post('/auth/email', { email: 'joe@example.com', password: joe.password }, headers);
  const [{ token } = {}] = await mail.arrived(1);
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  expect((await check(server, id)).json['user']).toEqual({
    id: expect.any(String),
    username: joe.username,
    created_at: expect.any(String),
  });
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

test('B1: a session whose user is deleted is dead', async () => {
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

test('B1: a query and a body are ignored', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  const headers = { 'x-session-id': id, 'content-type': 'application/json' };
  for (const body of ['', '{"', 'x'.repeat(100_000)]) {
    const answer = await server.send({ path: '/auth/session?s=unknown&x=%', headers, body });
    expect(answer.status).toBe(200);
  }
});
