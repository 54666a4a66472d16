/** Enrolment sessions: what a login gives where a second factor is required and missing (ruling F6). */

import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  codeAt,
  enrol,
  loginWith,
  refusal,
  type SteppedServer,
  secretKey,
  startStepped,
  stepMs,
  wrongCode,
} from '../support/codes.ts';
import { contracts, dotjson, envelope, isAlive, rest, type WireContract } from '../support/contracts.ts';
import { countRows, query } from '../support/database.ts';
import { embedded } from '../support/embedded.ts';
import { mailingTo, newcomer, startMailServer } from '../support/mail.ts';
import { openapi } from '../support/openapi/document.ts';
import { listed } from '../support/openapi/routes.ts';
import { again, type Person, password, person } from '../support/person.ts';

const required = { GATEHOUSE_SECOND_FACTOR: 'required' };

const minuteMs = 60_000;

const email = 'ada@example.com';

/** A server that requires a factor, with an account that has none and a session from before. */
async function requiring(environment: Readonly<Record<string, string>> = {}) {
  const before = await startStepped(environment);
  const ada = await person(before, email);
  await before.stop();
  const server = await startStepped({ ...required, ...environment }, before.file);
  return { server, old: { ...ada, ...holding(server, ada.id) } };
}

/** A client that holds an id. */
function holding(server: SteppedServer, id: string): Person {
  return {
    email,
    id,
    ask(method, path, body) {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return server.send({ method, path, headers: { 'x-session-id': this.id, ...json }, ...text });
    },
  };
}

/** Logs in, and has to enrol. */
async function enrolling(server: SteppedServer, contract: WireContract = rest): Promise<Person> {
  const answer = await loginWith(server, contract, email);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json['enrolment_required']).toBe(true);
  return holding(server, contract.idIn(answer));
}

async function begun(who: Person): Promise<string> {
  const answer = await who.ask('POST', '/auth/factors/totp');
  expect(answer.status, answer.text).toBe(200);
  return String(answer.json['secret']);
}

function finish(server: SteppedServer, who: Person, secret: string): Promise<Answer> {
  return who.ask('POST', '/auth/factors/totp/confirm', { code: codeAt(secret, server.now) });
}

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
    const secret = await begun(ada);
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
    expect((await finish(server, ada, secret)).status).toBe(401);
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
  expect((await finish(server, ada, await begun(ada))).status).toBe(201);

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

test('F6: an enrolment session ends after half an hour, to the millisecond', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await begun(ada);
  server.advance(30 * minuteMs - 1);
  expect((await ada.ask('POST', '/auth/factors/totp/confirm', { code: '12345' })).status).toBe(403);
  server.advance(1);
  expect(refusal(await finish(server, ada, secret))).toEqual([401, 'Not authenticated']);
  expect(await countRows(server, 'second_factors')).toBe(0);
});

test('F6: only the enrolment session in which a secret was begun confirms it', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const thief = await enrolling(server);
  const secret = await begun(ada);
  expect(refusal(await finish(server, thief, secret))).toEqual([
    409,
    'No enrolment was begun here, or it is too old',
  ]);
  expect((await finish(server, ada, secret)).status).toBe(201);
  // The other enrolment session has nothing left to do.
  expect((await begunStatus(thief)).status).toBe(401);
});

const begunStatus = (who: Person) => who.ask('POST', '/auth/factors/totp');

test('F6: of confirmations at once in one enrolment session exactly one begins a session', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await begun(ada);
  const answers = await Promise.all(Array.from({ length: 6 }, () => finish(server, ada, secret)));
  const done = answers.filter(({ status }) => status === 201);
  expect(done).toHaveLength(1);
  for (const answer of answers) expect([201, 401, 409]).toContain(answer.status);
  expect(await countRows(server, 'sessions')).toBe(2);
  expect(await isAlive(server, String(done[0]?.json['session_id']))).toBe(true);
});

test('F6: a change of the password ends the enrolment sessions and what was begun in them', async () => {
  const { server, old } = await requiring();
  const ada = await enrolling(server);
  const secret = await begun(ada);
  const fields = { current_password: password, new_password: 'correct battery horse' };
  const changed = await old.ask('POST', '/auth/password', fields);
  expect(changed.status, changed.text).toBe(200);
  expect(refusal(await finish(server, ada, secret))).toEqual([401, 'Not authenticated']);
  expect(refusal(await begunStatus(ada))).toEqual([401, 'Not authenticated']);
  expect(await countRows(server, 'browser_tokens')).toBe(0);
});

test('F5, F6: a password reset in the middle of an enrolment voids it', async () => {
  const mail = await startMailServer();
  const server = await startStepped({ ...required, ...mailingTo(mail) });
  await newcomer(server, mail, email);
  const ada = await enrolling(server);
  const secret = await begun(ada);
  await server.post('/auth/password/forgot', { identifier: email });
  const [{ token } = { token: '' }] = await mail.taken(1);
  const reset = await server.post('/auth/password/reset', { token, password: 'correct battery horse' });
  expect(reset.status, reset.text).toBe(204);
  expect(refusal(await finish(server, ada, secret))).toEqual([401, 'Not authenticated']);
  expect(await countRows(server, 'second_factors')).toBe(0);
  expect(refusal(await loginWith(server, rest, email))).toEqual([401, 'Invalid email or password']);
  const login = await loginWith(server, rest, email, { password: 'correct battery horse' });
  expect(login.json['enrolment_required']).toBe(true);
});

test('F6: the enrolment session of a disabled account is dead', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  await query(server, 'UPDATE users SET disabled_at = 1');
  expect(refusal(await begunStatus(ada))).toEqual([401, 'Not authenticated']);
});

test('F6: a login that leads to an enrolment session is not counted by the throttle', async () => {
  const { server } = await requiring({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  for (let n = 0; n < 4; n += 1) await enrolling(server);
  expect((await loginWith(server, rest, email, { password: 'not mine' })).status).toBe(401);
});

test('F6: the last factor stays while one is required, and goes when it is not any more', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await begun(ada);
  ada.id = String((await finish(server, ada, secret)).json['session_id']);
  expect(refusal(await ada.ask('DELETE', '/auth/factors/totp'))).toEqual([
    409,
    'A second factor is required, and this is the only one',
  ]);
  expect((await ada.ask('GET', '/auth/factors')).json).toMatchObject({
    required: true,
    recovery_codes_left: 10,
  });
  await server.stop();
  const optional = await startStepped({}, server.file);
  optional.freeze(server.now);
  const same = holding(optional, ada.id);
  expect((await same.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
  expect((await loginWith(optional, rest, email)).json).not.toHaveProperty('enrolment_required');
});

test('F6: a session from before the policy enrols after a step-up, like any other', async () => {
  const { server, old } = await requiring();
  server.advance(11 * minuteMs);
  expect(refusal(await begunStatus(old))).toEqual([403, 'Confirm the password first: POST /auth/confirm']);
  old.id = String((await old.ask('POST', '/auth/confirm', { password })).json['session_id']);
  await enrol(server, old);
  expect(refusal(await loginWith(server, rest, email))).toEqual([401, 'Second factor required']);
});

test('F6: enrolment sessions mean nothing once no factor is required any more', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  await server.stop();
  const optional = await startStepped({}, server.file);
  const same = holding(optional, ada.id);
  expect(refusal(await begunStatus(same))).toEqual([401, 'Not authenticated']);
  const now = await again(optional, same);
  expect(await isAlive(optional, now.id)).toBe(true);
});
