/** How enrolment sessions end, and what of the policy stays (rulings F5 and F6). */

import { expect, test } from 'vitest';
import { beginTotp, enrol, finishTotp, loginWith, refusal, startStepped } from '../support/codes.ts';
import { isAlive, rest } from '../support/contracts.ts';
import { countRows, query } from '../support/database.ts';
import { email, enrolling, holding, required, requiring } from '../support/enrolling.ts';
import { mailingTo, newcomer, startMailServer } from '../support/mail.ts';
import { again, type Person, password } from '../support/person.ts';

const minuteMs = 60_000;

const begunStatus = (who: Person) => who.ask('POST', '/auth/factors/totp');

test('F6: an enrolment session ends after half an hour, to the millisecond', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await beginTotp(ada);
  server.advance(30 * minuteMs - 1);
  expect((await ada.ask('POST', '/auth/factors/totp/confirm', { code: '12345' })).status).toBe(403);
  server.advance(1);
  expect(refusal(await finishTotp(server, ada, secret))).toEqual([401, 'Not authenticated']);
  expect(await countRows(server, 'second_factors')).toBe(0);
});

test('F6: only the enrolment session in which a secret was begun confirms it', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const thief = await enrolling(server);
  const secret = await beginTotp(ada);
  expect(refusal(await finishTotp(server, thief, secret))).toEqual([
    409,
    'No enrolment was begun here, or it is too old',
  ]);
  expect((await finishTotp(server, ada, secret)).status).toBe(201);
  // The other enrolment session has nothing left to do.
  expect((await begunStatus(thief)).status).toBe(401);
});

test('F6: of confirmations at once in one enrolment session exactly one begins a session', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await beginTotp(ada);
  const answers = await Promise.all(Array.from({ length: 6 }, () => finishTotp(server, ada, secret)));
  const done = answers.filter(({ status }) => status === 201);
  expect(done).toHaveLength(1);
  for (const answer of answers) expect([201, 401, 409]).toContain(answer.status);
  expect(await countRows(server, 'sessions')).toBe(2);
  expect(await isAlive(server, String(done[0]?.json['session_id']))).toBe(true);
});

test('F6: a change of the password ends the enrolment sessions and what was begun in them', async () => {
  const { server, old } = await requiring();
  const ada = await enrolling(server);
  const secret = await beginTotp(ada);
  const fields = { current_password: password, new_password: 'correct battery horse' };
  const changed = await old.ask('POST', '/auth/password', fields);
  expect(changed.status, changed.text).toBe(200);
  expect(refusal(await finishTotp(server, ada, secret))).toEqual([401, 'Not authenticated']);
  expect(refusal(await begunStatus(ada))).toEqual([401, 'Not authenticated']);
  expect(await countRows(server, 'browser_tokens')).toBe(0);
});

test('F5, F6: a password reset in the middle of an enrolment voids it', async () => {
  const mail = await startMailServer();
  const server = await startStepped({ ...required, ...mailingTo(mail) });
  await newcomer(server, mail, email);
  const ada = await enrolling(server);
  const secret = await beginTotp(ada);
  await server.post('/auth/password/forgot', { identifier: email });
  const [{ token } = { token: '' }] = await mail.taken(1);
  const reset = await server.post('/auth/password/reset', { token, password: 'correct battery horse' });
  expect(reset.status, reset.text).toBe(204);
  expect(refusal(await finishTotp(server, ada, secret))).toEqual([401, 'Not authenticated']);
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

test('F6: the last factor stays while one is required, and goes when it is not any more', async () => {
  const { server } = await requiring();
  const ada = await enrolling(server);
  const secret = await beginTotp(ada);
  ada.id = String((await finishTotp(server, ada, secret)).json['session_id']);
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
