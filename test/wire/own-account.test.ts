/** A person's own account over HTTP: step-up, password, export, activity, deletion. */

import { expect, test } from 'vitest';
import { again, isAlive, password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const replacement = 'correct battery horse';
const tenMinutes = 600_000;
const change = { current_password: password, new_password: replacement };

function login(server: TestServer, email: string, secret: string) {
  return server.post('/auth/login', { email, password: secret });
}

test('P7: a password change ends all other sessions, gives this one a new id, and the old password is dead', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const changed = await ada.ask('POST', '/auth/password', change);
  expect(changed.status).toBe(200);
  expect(changed.cookie).toBeUndefined();
  expect(await isAlive(server, ada.id)).toBe(false);
  expect(await isAlive(server, other.id)).toBe(false);
  expect(await isAlive(server, String(changed.json['session_id']))).toBe(true);
  expect((await login(server, ada.email, password)).status).toBe(401);
  expect((await login(server, ada.email, replacement)).status).toBe(200);
});

test('P7: the new id comes as a cookie where the old one did', async () => {
  const server = await startServer();
  const ada = await person(server);
  const changed = await server.post('/auth/password', change, { cookie: `session_id=${ada.id}` });
  expect(changed.cookie).toBe(changed.json['session_id']);
});

test('P5: after ten minutes a password change and a deletion ask for the password first', async () => {
  const server = await startServer();
  const ada = await person(server);
  server.advance(tenMinutes - 1_000);
  const wrong = { current_password: 'not my password', new_password: replacement };
  expect((await ada.ask('POST', '/auth/password', wrong)).status).toBe(403);
  server.advance(1_000);
  for (const [method, path, body] of [
    ['POST', '/auth/password', change],
    ['DELETE', '/auth/account', { password }],
  ] as const) {
    const refused = await ada.ask(method, path, body);
    expect(refused.status).toBe(403);
    expect(refused.json['type']).toBe('urn:gatehouse:problem:confirmation-required');
  }
  expect((await ada.ask('POST', '/auth/confirm', { password: 'not my password' })).json['detail']).toBe(
    'Invalid password',
  );
  expect((await ada.ask('POST', '/auth/confirm', { password })).status).toBe(204);
  expect((await ada.ask('POST', '/auth/password', change)).status).toBe(200);
});

test('P6: a wrong password in a live session is 403, not 401, and is throttled like a login', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  const ada = await person(server);
  const statuses: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    statuses.push((await ada.ask('POST', '/auth/confirm', { password: 'not my password' })).status);
  }
  expect(statuses).toEqual([403, 403, 429]);
  expect(await isAlive(server, ada.id)).toBe(true);
});

test('P7: a refused new password says why and changes nothing', async () => {
  const server = await startServer();
  const ada = await person(server);
  const refused = await ada.ask('POST', '/auth/password', { ...change, new_password: 'short' });
  expect(refused.status).toBe(422);
  expect(refused.json['detail']).toMatch(/^Password must have at least 8/);
  expect((await ada.ask('POST', '/auth/password', { current_password: password })).status).toBe(400);
  expect(await isAlive(server, ada.id)).toBe(true);
  expect((await login(server, ada.email, password)).status).toBe(200);
});

test('P8: of a password change and logins with the old password at once, no session with the old password survives', async () => {
  const server = await startServer();
  const ada = await person(server);
  const logins = Array.from({ length: 8 }, () => login(server, ada.email, password));
  const changed = await ada.ask('POST', '/auth/password', change);
  expect(changed.status).toBe(200);
  for (const { status, json } of await Promise.all(logins)) {
    if (status === 200) expect(await isAlive(server, String(json['session_id']))).toBe(false);
    else expect([401, 429]).toContain(status);
  }
});

test('P8: of two password changes at once exactly one wins', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const passwords = ['first replacement', 'second replacement'];
  const answers = await Promise.all([
    ada.ask('POST', '/auth/password', { ...change, new_password: passwords[0] }),
    other.ask('POST', '/auth/password', { ...change, new_password: passwords[1] }),
  ]);
  const logins = await Promise.all(passwords.map((secret) => login(server, ada.email, secret)));
  expect(logins.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  expect((await login(server, ada.email, password)).status).toBe(401);
});

test('P9: deletion ends everything, frees the name, and keeps a pseudonymous trail', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  expect((await ada.ask('DELETE', '/auth/account', { password: 'not my password' })).status).toBe(403);
  const deleted = await ada.ask('DELETE', '/auth/account', { password });
  expect(deleted.status).toBe(204);
  expect(deleted.cookie).toBe('');
  expect(await isAlive(server, ada.id)).toBe(false);
  expect(await isAlive(server, other.id)).toBe(false);
  expect((await login(server, ada.email, password)).status).toBe(401);
  expect((await server.post('/auth/register', { email: ada.email, password })).status).toBe(201);
  const [entry] = server.log.filter(({ message }) => message === 'account_delete').slice(-1);
  expect(entry?.entry['audit']).toMatchObject({ outcome: 'ok' });
});

test('P9: of a deletion and a login at once, no session outlives the account', async () => {
  const server = await startServer();
  const ada = await person(server);
  const [deleted, ...logins] = await Promise.all([
    ada.ask('DELETE', '/auth/account', { password }),
    ...Array.from({ length: 6 }, () => login(server, ada.email, password)),
  ]);
  expect(deleted?.status).toBe(204);
  for (const { status, json } of logins) {
    if (status === 200) expect(await isAlive(server, String(json['session_id']))).toBe(false);
    else expect(status).toBe(401);
  }
});

test('P11: activity and export tell me everything about me, nothing about others, and nothing secret', async () => {
  const server = await startServer();
  const ada = await person(server);
  const eve = await person(server, 'eve@example.com');
  await login(server, ada.email, 'not my password');
  const activity = await ada.ask('GET', '/auth/account/activity');
  const entries = activity.json['activity'] as { event: string; outcome: string; seq: number }[];
  expect(entries.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
    'login wrong_password',
    'login ok',
    'register ok',
  ]);
  const older = await ada.ask('GET', `/auth/account/activity?before=${entries[0]?.seq}`);
  expect((older.json['activity'] as unknown[]).length).toBe(2);
  expect((await ada.ask('GET', '/auth/account/activity?before=x')).status).toBe(400);

  const all = await ada.ask('GET', '/auth/account/export');
  expect(all.status).toBe(200);
  expect(all.json['user']).toMatchObject({
    identifier: ada.email,
    email: ada.email,
    email_verified_at: null,
  });
  for (const secret of [password, ada.id, eve.id, eve.email, 'pbkdf2'])
    expect(all.text).not.toContain(secret);
});
