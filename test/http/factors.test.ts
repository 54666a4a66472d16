/** Enrolling an authenticator app over JSON (rulings F1 and F7). */

import { URI } from 'otpauth';
import { expect, test } from 'vitest';
import {
  beginTotp,
  codeAt,
  enrol,
  enrolledPerson,
  eventsOf,
  factorsOf,
  finishTotp,
  loginWith,
  refusal,
  startStepped,
  wrongCode,
} from '../support/codes.ts';
import { isAlive, rest } from '../support/contracts.ts';
import { rowCounts } from '../support/database.ts';
import { mailingTo, newcomer, startMailServer } from '../support/mail.ts';
import { again, password, person } from '../support/person.ts';

const minuteMs = 60_000;

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

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
  const done = await finishTotp(server, ada, secret ?? '');
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
  const secret = await beginTotp(ada);
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
  const secret = await beginTotp(ada);
  expect((await ada.ask('POST', '/auth/factors/totp/confirm', body)).status).toBe(status);
  expect(await rowCounts(server, 'second_factors', 'recovery_codes')).toEqual([0, 0]);
  expect((await finishTotp(server, ada, secret)).status).toBe(201);
});

test('F1: of two secrets the later one counts, in the session that began it, for half an hour', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const other = await again(server, ada);
  const first = await beginTotp(ada);
  const second = await beginTotp(ada);
  expect(refusal(await finishTotp(server, ada, first))).toEqual([403, 'Invalid code']);
  expect(refusal(await finishTotp(server, other, second))).toEqual([
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
  expect(refusal(await finishTotp(server, ada, second))).toEqual([
    409,
    'No enrolment was begun here, or it is too old',
  ]);
  await enrol(server, ada);
});

test('F1: of confirmations at once exactly one enrols, and its recovery codes are the ones that count', async () => {
  const server = await startStepped(unthrottled);
  const ada = await person(server);
  const secret = await beginTotp(ada);
  const answers = await Promise.all(Array.from({ length: 6 }, () => finishTotp(server, ada, secret)));
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
