/** Changes of a person's own second factors, their step-up, and what the account shows of them (rulings F5 and G18). */

import { expect, test } from 'vitest';
import {
  beginTotp,
  codeAt,
  confirmFirst,
  confirmWith,
  enrol,
  enrolledPerson,
  eventsOf,
  factorsOf,
  finishTotp,
  loginWith,
  refusal,
  secretKey,
  startStepped,
  stepMs,
  trustIn,
  verifiedPerson,
  wrongCode,
} from '../support/codes.ts';
import { rest } from '../support/contracts.ts';
import { rowCounts } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { again, type Person, password, person } from '../support/person.ts';

const minuteMs = 60_000;

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

test('F5: every change of factors needs a step-up of the last ten minutes, to the millisecond', async () => {
  const server = await startStepped();
  const ada = await person(server);
  const secret = await beginTotp(ada);
  server.advance(10 * minuteMs);
  expect(refusal(await ada.ask('POST', '/auth/factors/totp'))).toEqual(confirmFirst);
  expect(refusal(await finishTotp(server, ada, secret))).toEqual(confirmFirst);
  ada.id = String((await ada.ask('POST', '/auth/confirm', { password })).json['session_id']);
  const enrolled = await enrol(server, ada);
  server.advance(10 * minuteMs);
  const changes = [
    ['POST', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
    ['DELETE', '/auth/factors/totp'],
  ] as const;
  for (const [method, path] of changes) expect(refusal(await ada.ask(method, path))).toEqual(confirmFirst);
  await confirmWith(server, enrolled);
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
  await confirmWith(server, { ...enrolled, person: other });
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
  await confirmWith(server, ada, ada.recoveryCodes[0]);
  expect(refusal(await ask({ code: ada.recoveryCodes[0] }))).toEqual([403, 'Invalid code']);
  expect(await factorsOf(ada.person)).toMatchObject({ recovery_codes_left: 9 });
});

test('F2: a step-up counts codes and attempts as a login does', async () => {
  const server = await startStepped({ GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
  const ada = await enrolledPerson(server);
  const ask = (more: object) => ada.person.ask('POST', '/auth/confirm', { password, ...more });
  for (let n = 0; n < 4; n += 1) await confirmWith(server, ada);
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
