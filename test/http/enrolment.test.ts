/** Enrolment sessions: what a login gives where a second factor is required and missing (ruling F6). */

import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  beginTotp,
  codeAt,
  finishTotp,
  loginWith,
  refusal,
  secretKey,
  startStepped,
  stepMs,
  wrongCode,
} from '../support/codes.ts';
import { contracts, dotjson, envelope, isAlive, rest } from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { embedded } from '../support/embedded.ts';
import { email, enrolling, holding, required, requiring } from '../support/enrolling.ts';
import { openapi } from '../support/openapi/document.ts';
import { listed } from '../support/openapi/routes.ts';
import { password } from '../support/person.ts';

const sessionLine = ({ headers }: Answer) =>
  headers['set-cookie']?.find((line) => line.startsWith('session_id='));

describe.each(contracts)('$name', (contract) => {
  test('F6: a login without a factor gives an enrolment session, which no check takes for a session', async () => {
    const { server, old } = await requiring();
    const answer = await loginWith(server, contract, email);
    expect([answer.status, answer.json['enrolment_required']]).toEqual([200, true]);
    const id = contract.idIn(answer);
    expect(id).toMatch(contract.idSpelling);
    // The cookie ends with the browser.
    if (contract === envelope) expect(sessionLine(answer)).toBeUndefined();
    else expect(sessionLine(answer)).toBe(`session_id=${id}; Path=/; HttpOnly; SameSite=Lax; Secure`);
    expect(await countRows(server, 'sessions')).toBe(1);
    for (const headers of [
      { 'x-session-id': id },
      { authorization: `Bearer ${id}` },
      { cookie: `session_id=${id}` },
    ]) {
      const checked = await server.send({ path: '/auth/session', headers });
      expect(refusal(checked)).toEqual([401, 'Not authenticated']);
    }
    // A session from before goes on.
    expect(await isAlive(server, old.id)).toBe(true);
  });

  test('F6: once a factor is enrolled, the session begins in the form of the contract, and counts as confirmed', async () => {
    const { server } = await requiring();
    const ada = await enrolling(server, contract);
    const secret = await beginTotp(ada);
    expect(
      refusal(await ada.ask('POST', '/auth/factors/totp/confirm', { code: wrongCode(secret, server.now) })),
    ).toEqual([403, 'Invalid code']);
    const done = await server.post(
      '/auth/factors/totp/confirm',
      { code: codeAt(secret, server.now) },
      contract === envelope ? { 'x-session-id': ada.id } : { cookie: `session_id=${ada.id}` },
    );
    expect(done.status, done.text).toBe(201);
    const id = String(done.json['session_id']);
    expect(id).toMatch(contract.idSpelling);
    expect(id).not.toBe(ada.id);
    expect(done.json['recovery_codes']).toHaveLength(10);
    // A client that holds the id itself gets no cookie that it did not ask for (ruling E4).
    if (contract === envelope) expect(done.headers['set-cookie']).toBeUndefined();
    else
      expect(sessionLine(done)).toBe(
        `session_id=${id}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure`,
      );
    expect(await isAlive(server, id)).toBe(true);

    const session = holding(server, id);
    const { json } = await session.ask('GET', '/auth/sessions');
    expect(json['sessions']).toContainEqual(
      expect.objectContaining({ current: true, contract: contract.name }),
    );
    expect((await session.ask('POST', '/auth/factors/recovery-codes')).status).toBe(200);

    // The enrolment session is used up, and the factor is needed from now on.
    expect((await ada.ask('POST', '/auth/factors/totp')).status).toBe(401);
    expect((await finishTotp(server, ada, secret)).status).toBe(401);
    expect(refusal(await loginWith(server, contract, email))).toEqual([401, 'Second factor required']);
    server.advance(stepMs);
    const next = await loginWith(server, contract, email, { code: codeAt(secret, server.now) });
    expect(next.status).toBe(200);
    expect(next.json).not.toHaveProperty('enrolment_required');
  });

  test('F6: its logout ends an enrolment session', async () => {
    const { server } = await requiring();
    const ada = await enrolling(server, contract);
    expect((await contract.logout(server, ada.id)).status).toBe(contract.ended);
    expect(refusal(await ada.ask('POST', '/auth/factors/totp'))).toEqual([401, 'Not authenticated']);
    expect((await contract.logout(server, ada.id)).status).toBe(contract.notEnded);
  });
});

test('F6: a registration on rest gives an enrolment session, one on dotjson none, and its login one', async () => {
  const server = await startStepped(required);
  const registered = await server.post('/auth/register', { email, password });
  expect([registered.status, registered.json['enrolment_required']]).toEqual([201, true]);
  expect(sessionLine(registered)).not.toContain('Max-Age');
  const ada = holding(server, rest.idIn(registered));
  expect(await isAlive(server, ada.id)).toBe(false);
  expect((await finishTotp(server, ada, await beginTotp(ada))).status).toBe(201);

  const other = await server.post('/register.json', { username: 'bob', password });
  expect([other.status, Object.keys(other.json)]).toEqual([200, ['username', 'created']]);
  const login = await server.post('/login.json', { username: 'bob', password });
  expect(login.json['enrolment_required']).toBe(true);
  expect(await isAlive(server, dotjson.idIn(login))).toBe(false);
  expect(await countRows(server, 'sessions')).toBe(1);
});

test('F6: to the library an enrolment session is no session', async () => {
  const gatehouse = await embedded({ ...required, ...secretKey });
  const { json, cookie = '' } = await gatehouse.post('/auth/register', { email, password });
  expect(json['enrolment_required']).toBe(true);
  const id = String(json['session_id']);
  for (const headers of [{ cookie }, { authorization: `Bearer ${id}` }, { 'x-session-id': id }])
    expect(await gatehouse.session(new Headers(headers as Record<string, string>))).toEqual({
      status: 'none',
    });
});

/** What an enrolment session may do. */
const enrols = [
  'POST /auth/factors/totp',
  'POST /auth/factors/totp/confirm',
  'POST /auth/passkeys/options',
  'POST /auth/passkeys/register',
];

const routes = listed.flatMap(({ routes: all }) => all).map(({ method, path }) => [method, path] as const);

test('F6: an enrolment session opens no route of a signed-in person but those that enrol', async () => {
  const { server } = await requiring({ GATEHOUSE_THROTTLE: 'off' });
  const ada = await enrolling(server);
  const bodyOf = (method: string, path: string) => {
    const item = openapi.paths[path.replace(/:(\w+)/g, '{$1}')];
    const operation = item?.[method.toLowerCase() as 'post'];
    return operation?.requestBody?.content['application/json']?.example;
  };
  const opened: string[] = [];
  let closed = 0;
  for (const [method, path] of routes) {
    const asked = path.replace(':handle', 'q7w2e9r4t1y6u3i8');
    const body = bodyOf(method, path);
    // Those that need no session are not asked: one of them logs out.
    if ((await holding(server, 'no-session-at-all').ask(method, asked, body)).status !== 401) continue;
    if (path.includes('login') || path.includes('logout')) continue;
    const { status } = await ada.ask(method, asked, body);
    if (status === 401) closed += 1;
    else opened.push(`${method} ${path}`);
  }
  expect(closed).toBeGreaterThan(12);
  expect(opened.filter((route) => !enrols.includes(route))).toEqual([]);
  expect(opened).toEqual(
    expect.arrayContaining(['POST /auth/factors/totp', 'POST /auth/factors/totp/confirm']),
  );
});

test('F6: a login that leads to an enrolment session is not counted by the throttle', async () => {
  const { server } = await requiring({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  for (let n = 0; n < 4; n += 1) await enrolling(server);
  expect((await loginWith(server, rest, email, { password: 'not mine' })).status).toBe(401);
});
