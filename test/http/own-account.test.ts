/** A person's own account over HTTP: step-up, password, export, activity, deletion. */

import { expect, test } from 'vitest';
import { again, confirmed, isAlive, password, person } from '../support/person.ts';
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
  expect((await confirmed(ada)).status).toBe(200);
  expect((await ada.ask('POST', '/auth/password', change)).status).toBe(200);
});

test('P5: a confirmation gives the session a new id, in the body and where the old one came from', async () => {
  const server = await startServer();
  const ada = await person(server);
  const [byHeader, old] = [await confirmed(ada), ada.id];
  expect([byHeader.status, byHeader.cookie]).toEqual([200, undefined]);
  const byCookie = await server.post('/auth/confirm', { password }, { cookie: `session_id=${old}` });
  expect([byCookie.status, byCookie.json['session_id']]).toEqual([200, byCookie.cookie]);
  expect(await isAlive(server, old)).toBe(false);
  expect(await isAlive(server, String(byCookie.cookie))).toBe(true);
  const refused = await server.post('/auth/confirm', { password }, { cookie: `session_id=${old}` });
  expect([refused.status, refused.cookie]).toEqual([401, undefined]);
});

test('P5: of many confirmations at once in one session exactly one is answered with a new id', async () => {
  const server = await startServer();
  const ada = await person(server);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => ada.ask('POST', '/auth/confirm', { password })),
  );
  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([200, 401, 401, 401, 401]);
  const [one] = answers.filter(({ status }) => status === 200);
  expect(await isAlive(server, String(one?.json['session_id']))).toBe(true);
});

test('P5: after ten minutes an end of other sessions and an export ask for the password first', async () => {
  const server = await startServer();
  const ada = await person(server);
  const other = await again(server, ada);
  const { json } = await ada.ask('GET', '/auth/sessions');
  const sessions = json['sessions'] as { handle: string; current: boolean }[];
  const handle = sessions.find(({ current }) => !current)?.handle;
  const asked = [
    ['DELETE', `/auth/sessions/${handle}`],
    ['DELETE', '/auth/sessions/q7w2e9r4t1y6u3i8'],
    ['DELETE', '/auth/sessions'],
    ['DELETE', '/auth/sessions?all=true'],
    ['GET', '/auth/account/export'],
  ] as const;
  server.advance(tenMinutes);
  for (const [method, path] of asked) {
    const refused = await ada.ask(method, path);
    expect([refused.status, refused.cookie], path).toEqual([403, undefined]);
    expect(refused.json['type'], path).toBe('urn:gatehouse:problem:confirmation-required');
  }
  expect([await isAlive(server, ada.id), await isAlive(server, other.id)]).toEqual([true, true]);
  await confirmed(ada);
  const statuses = [];
  for (const [method, path] of [asked[4], asked[1], asked[0], asked[2], asked[3]])
    statuses.push((await ada.ask(method, path)).status);
  expect(statuses).toEqual([200, 404, 204, 200, 200]);
});

test('P5: the current session may always end itself', async () => {
  const server = await startServer();
  const ada = await person(server);
  const { json } = await ada.ask('GET', '/auth/session');
  const { handle } = json['session'] as { handle: string };
  server.advance(tenMinutes);
  const ended = await ada.ask('DELETE', `/auth/sessions/${handle}`);
  expect([ended.status, ended.cookie]).toEqual([204, '']);
});

test('P4: every refusal of a signed-in route leaves one line', async () => {
  const server = await startServer();
  const ada = await person(server);
  const since = server.log.length;
  await server.send({ path: '/auth/sessions' });
  await server.send({ method: 'DELETE', path: '/auth/sessions', headers: { 'x-session-id': 'gone' } });
  await ada.ask('DELETE', '/auth/sessions?all=no');
  await ada.ask('GET', '/auth/account/activity?before=x');
  await ada.ask('POST', '/auth/confirm', {});
  await ada.ask('POST', '/auth/email', { email: 'new@example.com' });
  const lines = server.log.slice(since).map(({ entry }) => entry['audit'] as Record<string, unknown>);
  expect(lines.map(({ event, outcome, userId }) => [event, outcome, userId !== undefined])).toEqual([
    ['refusal', 'no_session', false],
    ['refusal', 'no_session', false],
    ['refusal', 'malformed_query', true],
    ['refusal', 'malformed_query', true],
    ['refusal', 'missing_field', true],
    ['refusal', 'missing_field', true],
  ]);
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

test('P9: deletion ends all sessions, frees the name, and keeps pseudonymous audit entries', async () => {
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
  const [newest] = all.json['activity'] as { event: string; outcome: string }[];
  expect(newest).toMatchObject({ event: 'account_export', outcome: 'ok' });
  expect(all.json['user']).toMatchObject({
    identifier: ada.email,
    email: ada.email,
    email_verified_at: null,
  });
  for (const secret of [password, ada.id, eve.id, eve.email, 'pbkdf2'])
    expect(all.text).not.toContain(secret);
});
