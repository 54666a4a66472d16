/** A person's own second factors over JSON: enrolling, step-up, removing, and what the account shows of them (F1, F5, F7). */

import { URI } from 'otpauth';
import { expect, test } from 'vitest';
import {
  codeAt,
  type Enrolled,
  enrol,
  enrolledPerson,
  loginWith,
  refusal,
  type SteppedServer,
  secretKey,
  startStepped,
  stepMs,
  trustIn,
  verifiedPerson,
  wrongCode,
} from '../support/codes.ts';
import { isAlive, rest } from '../support/contracts.ts';
import { rowCounts } from '../support/database.ts';
import { mailingTo, newcomer, startMailServer } from '../support/mail.ts';
import { again, type Person, password, person } from '../support/person.ts';

const minuteMs = 60_000;

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

const confirmFirst = [403, 'Confirm the password first: POST /auth/confirm'];

/** Confirms a session with a new code, or with another proof. */
async function confirm(
  server: SteppedServer,
  { person: who, secret }: Enrolled,
  code?: string,
): Promise<void> {
  server.advance(stepMs);
  const asked = { password, code: code ?? codeAt(secret, server.now) };
  const answer = await who.ask('POST', '/auth/confirm', asked);
  expect(answer.status, answer.text).toBe(200);
  who.id = String(answer.json['session_id']);
}

async function begin(who: Person): Promise<string> {
  const answer = await who.ask('POST', '/auth/factors/totp');
  expect(answer.status, answer.text).toBe(200);
  return String(answer.json['secret']);
}

const finish = (server: SteppedServer, who: Person, secret: string) =>
  who.ask('POST', '/auth/factors/totp/confirm', { code: codeAt(secret, server.now) });

async function factorsOf(who: Person) {
  return (await who.ask('GET', '/auth/factors')).json;
}

async function eventsOf(who: Person) {
  const { json } = await who.ask('GET', '/auth/account/activity');
  return (json['activity'] as { event: string; outcome: string }[]).map(
    ({ event, outcome }) => `${event} ${outcome}`,
  );
}

test('F7: without a factor the list is empty, and without a session there is none', async () => {
  const server = await startStepped();
  const ada = await person(server);
  expect(await factorsOf(ada)).toEqual({
    required: false,
    totp: null,
    recovery_codes_left: 0,
    passkeys: [],
    trusted_browsers: [],
  });
  expect(refusal(await server.send({ path: '/auth/factors' }))).toEqual([401, 'Not authenticated']);
});

test('F1: an app is enrolled with a secret, which its code confirms', async () => {
  const mail = await startMailServer();
  const server = await startStepped(mailingTo(mail));
  const ada = await newcomer(server, mail);
  const begun = await ada.ask('POST', '/auth/factors/totp');
  expect(begun.status).toBe(200);
  const { secret, uri, qr_code, expires_at } = begun.json as Record<string, string>;
  expect(uri).toContain('otpauth://totp/');
  const read = URI.parse(uri ?? '');
  expect(read).toMatchObject({
    issuer: 'app.example.com',
    label: ada.email,
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  });
  expect(read.secret.base32).toBe(secret);
  expect(qr_code).toMatch(/^<svg [^>]*viewBox="0 0 \d+ \d+"/);
  expect(new Date(expires_at ?? '').getTime()).toBe(server.now + 30 * minuteMs);

  // Nothing is needed at a login yet, and nothing is shown.
  expect((await loginWith(server, rest, ada.email)).status).toBe(200);
  expect(await factorsOf(ada)).toMatchObject({ totp: null, recovery_codes_left: 0 });
  const wrong = wrongCode(secret ?? '', server.now);
  expect(refusal(await ada.ask('POST', '/auth/factors/totp/confirm', { code: wrong }))).toEqual([
    403,
    'Invalid code',
  ]);

  const oldId = ada.id;
  const done = await finish(server, ada, secret ?? '');
  expect(done.status).toBe(201);
  expect(done.headers['set-cookie']).toBeUndefined();
  ada.id = String(done.json['session_id']);
  expect([await isAlive(server, oldId), await isAlive(server, ada.id)]).toEqual([false, true]);
  expect(new Set(done.json['recovery_codes'] as string[]).size).toBe(10);
  expect(await factorsOf(ada)).toMatchObject({
    totp: { enrolled_at: new Date(server.now).toISOString(), locked: false },
    recovery_codes_left: 10,
  });
  expect(await eventsOf(ada)).toContain('factor_add totp');
  const [told] = await mail.arrived(1);
  expect(told?.subject).toBe('A second factor was added');
  expect(told?.raw).not.toContain(secret);
});

test('the session under its new id is in the cookie, if the old one came in it', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const secret = await begin(ada);
  const fields = { code: codeAt(secret, server.now) };
  const cookie = { cookie: `session_id=${ada.id}` };
  const done = await server.post('/auth/factors/totp/confirm', fields, cookie);
  expect(done.status, done.text).toBe(201);
  expect(done.cookie).toBe(done.json['session_id']);
});

test.each([
  ['no body', undefined, 415],
  ['no field', {}, 400],
  ['a number', { code: 123_456 }, 400],
  ['null', { code: null }, 400],
  ['a list', { code: ['123456'] }, 400],
  ['an empty text', { code: '' }, 403],
  ['a recovery code', { code: 'aaaa-aaaa-aaaa-aaaa' }, 403],
])('G10: a confirmation of the app with %s is refused, and enrols nothing', async (_what, body, status) => {
  const server = await startStepped();
  const ada = await person(server);
  const secret = await begin(ada);
  expect((await ada.ask('POST', '/auth/factors/totp/confirm', body)).status).toBe(status);
  expect(await rowCounts(server, 'second_factors', 'recovery_codes')).toEqual([0, 0]);
  expect((await finish(server, ada, secret)).status).toBe(201);
});

test('F1: of two secrets the later one counts, in the session that began it, for half an hour', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const other = await again(server, ada);
  const first = await begin(ada);
  const second = await begin(ada);
  expect(refusal(await finish(server, ada, first))).toEqual([403, 'Invalid code']);
  expect(refusal(await finish(server, other, second))).toEqual([
    409,
    'No enrolment was begun here, or it is too old',
  ]);
  // Each step-up gives the session a new id, and the enrolment goes on.
  for (let n = 0; n < 3; n += 1) {
    server.advance(9 * minuteMs);
    ada.id = String((await ada.ask('POST', '/auth/confirm', { password })).json['session_id']);
  }
  server.advance(3 * minuteMs - 1);
  expect((await ada.ask('POST', '/auth/factors/totp/confirm', { code: '12345' })).status).toBe(403);
  server.advance(1);
  expect(refusal(await finish(server, ada, second))).toEqual([
    409,
    'No enrolment was begun here, or it is too old',
  ]);
  await enrol(server, ada);
});

test('F1: of confirmations at once exactly one enrols, and its recovery codes are the ones that count', async () => {
  const server = await startStepped(unthrottled);
  const ada = await person(server);
  const secret = await begin(ada);
  const answers = await Promise.all(Array.from({ length: 6 }, () => finish(server, ada, secret)));
  const done = answers.filter(({ status }) => status === 201);
  expect(done).toHaveLength(1);
  for (const { status } of answers) expect([201, 401, 403, 409]).toContain(status);
  expect(await rowCounts(server, 'second_factors', 'recovery_codes')).toEqual([1, 10]);
  const [first] = done;
  for (const code of Array.from((first?.json['recovery_codes'] ?? []) as string[]))
    expect((await loginWith(server, rest, ada.email, { code })).status).toBe(200);
});

test('F1: there is one app: a second one is refused until the first is removed', async () => {
  const server = await startStepped();
  const { person: ada } = await enrolledPerson(server);
  expect(refusal(await ada.ask('POST', '/auth/factors/totp'))).toEqual([
    409,
    'This factor is enrolled already',
  ]);
});

test('F5: every change of factors needs a step-up of the last ten minutes, to the millisecond', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const secret = await begin(ada);
  server.advance(10 * minuteMs);
  expect(refusal(await ada.ask('POST', '/auth/factors/totp'))).toEqual(confirmFirst);
  expect(refusal(await finish(server, ada, secret))).toEqual(confirmFirst);
  ada.id = String((await ada.ask('POST', '/auth/confirm', { password })).json['session_id']);
  const enrolled = await enrol(server, ada);
  server.advance(10 * minuteMs);
  const changes = [
    ['POST', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
    ['DELETE', '/auth/factors/totp'],
  ] as const;
  for (const [method, path] of changes) expect(refusal(await ada.ask(method, path))).toEqual(confirmFirst);
  await confirm(server, enrolled);
  server.advance(10 * minuteMs - 1);
  expect((await ada.ask('POST', '/auth/factors/recovery-codes')).status).toBe(200);
  server.advance(1);
  expect(refusal(await ada.ask('POST', '/auth/factors/recovery-codes'))).toEqual(confirmFirst);
});

test('F5: a confirmation from before the first factor does not count for it', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const other = await again(server, ada);
  server.advance(1);
  const enrolled = await enrol(server, ada);
  for (const [method, path] of [
    ['POST', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
    ['DELETE', '/auth/factors/totp'],
  ] as const)
    expect(refusal(await other.ask(method, path))).toEqual(confirmFirst);
  await confirm(server, { ...enrolled, person: other });
  expect((await other.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
});

test('F5: a step-up of a person with a factor needs a code, each once', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const ask = (more: object) => ada.person.ask('POST', '/auth/confirm', { password, ...more });
  const alone = await ask({});
  expect(refusal(alone)).toEqual([403, 'Second factor required']);
  expect(alone.json).toMatchObject({
    type: 'urn:gatehouse:problem:second-factor-required',
    title: 'Forbidden',
  });
  expect(refusal(await ask({ code: wrongCode(ada.secret, server.now) }))).toEqual([403, 'Invalid code']);
  expect(refusal(await ask({ code: 123_456 }))).toEqual([400, 'The field "code" must be a string']);
  // A wrong password is told before the code is looked at.
  const code = codeAt(ada.secret, server.now);
  expect(refusal(await ask({ password: 'not mine', code }))).toEqual([403, 'Invalid password']);
  // A login can trust a browser, a step-up cannot.
  const done = await ask({ code, trust_browser: 'of another type' });
  expect(done.status).toBe(200);
  expect(trustIn(done)).toBeUndefined();
  ada.person.id = String(done.json['session_id']);
  expect(refusal(await ask({ code }))).toEqual([403, 'Invalid code']);
  await confirm(server, ada, ada.recoveryCodes[0]);
  expect(refusal(await ask({ code: ada.recoveryCodes[0] }))).toEqual([403, 'Invalid code']);
  expect(await factorsOf(ada.person)).toMatchObject({ recovery_codes_left: 9 });
});

test('F2: a step-up counts codes and attempts as a login does', async () => {
  const server = await startStepped({ GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
  const ada = await enrolledPerson(server);
  const ask = (more: object) => ada.person.ask('POST', '/auth/confirm', { password, ...more });
  for (let n = 0; n < 4; n += 1) await confirm(server, ada);
  expect((await ask({ code: wrongCode(ada.secret, server.now) })).status).toBe(403);
  expect((await ask({})).status).toBe(403);
  expect((await loginWith(server, rest, ada.person.email)).status).toBe(401);
  expect((await ask({ code: codeAt(ada.secret, server.now + stepMs) })).status).toBe(429);
});

test('F5: a step-up without a factor takes no notice of a code', async () => {
  const server = await startStepped();
  const ada = await person(server);
  expect((await ada.ask('POST', '/auth/confirm', { password, code: '123456' })).status).toBe(200);
});

test('F5: without its app an account is as before: no code, no recovery codes, and a notice', async () => {
  const mail = await startMailServer();
  const server = await startStepped({ ...unthrottled, ...mailingTo(mail) });
  const ada = await verifiedPerson(server, mail);
  expect((await ada.person.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
  const [told] = await mail.arrived(1);
  expect(told?.subject).toBe('A second factor was removed');
  expect(await factorsOf(ada.person)).toMatchObject({ totp: null, recovery_codes_left: 0 });
  expect(await rowCounts(server, 'second_factors', 'recovery_codes')).toEqual([0, 0]);
  expect((await loginWith(server, rest, ada.person.email)).status).toBe(200);
  expect(await eventsOf(ada.person)).toContain('factor_remove totp');

  for (const [method, path] of [
    ['DELETE', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
  ] as const)
    expect(refusal(await ada.person.ask(method, path))).toEqual([404, 'Factor not found']);
  // Recovery codes of the earlier enrolment are void after a new one.
  const anew = await enrol(server, ada.person);
  const { email } = ada.person;
  expect(refusal(await loginWith(server, rest, email, { code: ada.recoveryCodes[0] }))).toEqual([
    401,
    'Invalid code',
  ]);
  expect((await loginWith(server, rest, email, { code: anew.recoveryCodes[0] })).status).toBe(200);
});

test('F5: new recovery codes make the old ones void', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const { email } = ada.person;
  const renewed = await ada.person.ask('POST', '/auth/factors/recovery-codes');
  expect(renewed.status).toBe(200);
  const codes = renewed.json['recovery_codes'] as string[];
  expect(new Set([...codes, ...ada.recoveryCodes]).size).toBe(20);
  for (const code of ada.recoveryCodes)
    expect(refusal(await loginWith(server, rest, email, { code }))).toEqual([401, 'Invalid code']);
  for (const code of codes) expect((await loginWith(server, rest, email, { code })).status).toBe(200);
  expect(await eventsOf(ada.person)).toContain('recovery_codes ok');
});

test('an export has the factors without their secrets, and null for a person who has none', async () => {
  const server = await startStepped();
  const bob = await person(server, 'bob@example.com');
  expect((await bob.ask('GET', '/auth/account/export')).json['factors']).toBeNull();
  const ada = await enrolledPerson(server);
  const { text, json } = await ada.person.ask('GET', '/auth/account/export');
  expect(json['factors']).toMatchObject({ totp: { locked: false }, recovery_codes_left: 10 });
  expect(text).not.toContain(ada.secret);
  for (const code of ada.recoveryCodes) expect(text).not.toContain(code);
});

test('a deleted account leaves nothing of its factors, and its name is free for a new account without one', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const { email } = ada.person;
  const code = codeAt(ada.secret, server.now);
  expect((await loginWith(server, rest, email, { code, trust_browser: true })).status).toBe(200);
  const bob = await enrolledPerson(server, 'bob@example.com');
  expect((await ada.person.ask('DELETE', '/auth/account', { password })).status).toBe(204);
  const tables = ['second_factors', 'recovery_codes', 'browser_tokens', 'passkeys'];
  expect(await rowCounts(server, ...tables)).toEqual([1, 10, 0, 0]);
  await person(server, email);
  expect((await loginWith(server, rest, email)).status).toBe(200);
  expect(refusal(await loginWith(server, rest, bob.person.email))).toEqual([401, 'Second factor required']);
});

test('G18: the log has no code, no secret, no key and no token', async () => {
  const server = await startStepped({ ...unthrottled, GATEHOUSE_SECOND_FACTOR: 'required' });
  const registered = await server.post('/auth/register', { email: 'ada@example.com', password });
  const ada = await again(server, { email: 'ada@example.com' } as Person);
  const enrolled = await enrol(server, ada);
  const used = [
    codeAt(enrolled.secret, server.now),
    wrongCode(enrolled.secret, server.now),
    enrolled.recoveryCodes[0],
  ];
  const login = (code: string | undefined, cookie = '') =>
    loginWith(server, rest, ada.email, { code, trust_browser: true }, { cookie });
  const cookie = trustIn(await login(used[0])) ?? '';
  await login(used[1]);
  await login(used[2], cookie);
  await ada.ask('POST', '/auth/confirm', { password, code: used[2] });
  const secrets = [
    ...[...used, ...enrolled.recoveryCodes, enrolled.secret, ada.id, String(registered.json['session_id'])],
    ...[cookie.split('=')[1], ...Object.values(secretKey), password],
  ];
  const log = JSON.stringify(server.log);
  expect(server.log.length).toBeGreaterThan(5);
  for (const secret of secrets) expect(log).not.toContain(secret);
});
