/** A forgotten password over HTTP, against a real mail server: one answer for all, one use for each link. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerAfterMs } from '../../src/usecases/account/forgot-password.ts';
import { query, rowsOf } from '../support/database.ts';
import { mailingTo, newcomer, startMailServer, until } from '../support/mail.ts';
import { again, isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const minute = 60_000;
const fresh = 'a whole new one';
const identifier = 'ada@example.com';

async function start(environment: Record<string, string> = {}) {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), ...environment });
  return { mail, server };
}

const forgot = (server: TestServer, who = identifier) =>
  server.post('/auth/password/forgot', { identifier: who });
const reset = (server: TestServer, token: string | undefined, next = fresh) =>
  server.post('/auth/password/reset', { token, password: next });
const login = async (server: TestServer, word: string) =>
  (await server.post('/auth/login', { email: identifier, password: word })).status;

/** A server, a person on two devices, and the token of a link they were sent. */
async function asked(environment?: Record<string, string>) {
  const { mail, server } = await start(environment);
  const ada = await newcomer(server, mail);
  const elsewhere = await again(server, ada);
  await forgot(server);
  const token = (await mail.arrived(1))[0]?.token;
  return { mail, server, ada, elsewhere, token };
}

test('a reset ends all sessions, begins none, and the old password is dead', async () => {
  const { mail, server, ada, elsewhere, token } = await asked();
  const answer = await reset(server, token);
  expect([answer.status, answer.text, answer.headers['set-cookie']]).toEqual([204, '', undefined]);
  expect([await isAlive(server, ada.id), await isAlive(server, elsewhere.id)]).toEqual([false, false]);
  expect([await login(server, password), await login(server, fresh)]).toEqual([401, 200]);

  // The link proved the address, so its owner hears of the change.
  const [, notice] = await mail.arrived(2);
  expect([notice?.to, notice?.subject]).toEqual([[identifier], 'Your password was changed']);
  const now = await again(server, ada).catch(() => undefined);
  expect(now?.id).toBe('undefined');
});

test('it leaves its entries in the audit, and marks the address as verified', async () => {
  const { server, token } = await asked();
  await reset(server, token);
  const { json } = await server.post('/auth/login', { email: identifier, password: fresh });
  const headers = { 'x-session-id': String(json['session_id']) };
  const kept = await server.send({ path: '/auth/account/activity', headers });
  const entries = kept.json['activity'] as { event: string; outcome: string }[];
  const said = entries.map(({ event, outcome }) => `${event} ${outcome}`).reverse();
  expect(said.slice(2)).toEqual([
    'login ok',
    'password_forgot ok',
    'logout password_reset',
    'logout password_reset',
    'password_reset ok',
    'email_verify ok',
    'login ok',
  ]);
});

test('the answer has the same words and takes the same time for every name', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  await server.post('/register.json', { username: 'no_address', password });
  const askOnce = async (who: string) => {
    const startedAt = performance.now();
    const { status, text } = await forgot(server, who);
    return { said: [status, text], took: performance.now() - startedAt };
  };
  // A busy machine is late now and then, whatever the name is.
  const ask = async (who: string) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await askOnce(who);
      if (tries === 3 || answer.took < answerAfterMs + 150) return answer;
    }
  };
  const ways = [identifier, 'nobody@example.com', 'no_address', 'no one at all', 'x'.repeat(9_000)];
  const answers = [];
  // The first name gets one mail too many on the way.
  for (const who of [...ways, identifier, identifier, identifier]) answers.push(await ask(who));
  for (const { said, took } of answers) {
    expect(said).toEqual(answers[0]?.said);
    expect(took).toBeGreaterThanOrEqual(answerAfterMs - 2);
    expect(took).toBeLessThan(answerAfterMs + 150);
  }
  expect(answers[0]?.said).toEqual([
    202,
    '{"message":"If there is an account with an e-mail address, a mail is on its way to it"}',
  ]);
  await mail.arrived(3);
  await wait(200);
  expect(mail.mails).toHaveLength(3);
});

test('a link is valid for 30 minutes, and not longer', async () => {
  const { server, token } = await asked();
  server.advance(30 * minute);
  const late = await reset(server, token);
  expect([late.status, late.json['detail']]).toEqual([400, 'Invalid or expired token']);
  expect(await login(server, password)).toBe(200);
});

test('a refused password does not use up the link', async () => {
  const { server, token } = await asked();
  const refused = [];
  for (const next of [
    'short',
    'password1',
    identifier.toUpperCase(),
    'GateHouse-2026',
    'x'.repeat(257),
    'null\0character',
  ]) {
    const { status, json } = await reset(server, token, next);
    refused.push([status, json['detail']]);
  }
  expect(refused).toEqual([
    [422, 'Password must have at least 8 characters'],
    [422, 'Password is too common'],
    [422, 'Password must differ from the name of the account'],
    [
      422,
      'Password must be more than the name of this service or of the account with a few characters added',
    ],
    [422, 'Password must have at most 256 characters and 1024 bytes of UTF-8'],
    [422, 'Password must be well-formed Unicode without U+0000'],
  ]);
  expect((await reset(server, token)).status).toBe(204);
});

test('of 20 resets with one link exactly one succeeds', async () => {
  const { server, token } = await asked();
  const words = Array.from({ length: 20 }, (_, n) => `the new password ${n}`);
  const answers = await Promise.all(words.map((word) => reset(server, token, word)));
  const winners = words.filter((_, n) => answers[n]?.status === 204);
  expect(winners).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  expect([await login(server, winners[0] ?? ''), await login(server, password)]).toEqual([200, 401]);
});

test('of logins with the old password that race with a reset none leaves a live session', async () => {
  const { server, token, ada } = await asked({
    GATEHOUSE_PBKDF2_ITERATIONS: '20000',
    GATEHOUSE_THROTTLE: 'off',
  });
  const logins = Array.from({ length: 12 }, async (_, n) => {
    await wait(n * 3);
    return server.post('/auth/login', { email: identifier, password });
  });
  const [done, ...answers] = await Promise.all([reset(server, token), ...logins]);
  expect(done.status).toBe(204);
  const ids = answers.filter(({ status }) => status === 200).map(({ json }) => String(json['session_id']));
  for (const id of [...ids, ada.id]) expect(await isAlive(server, id)).toBe(false);
  for (const { status } of answers) expect([200, 401]).toContain(status);
  expect(await login(server, password)).toBe(401);
});

test('of a password change and a reset at once the reset wins or comes after it, and all sessions end', async () => {
  const { server, token, ada } = await asked();
  const change = { current_password: password, new_password: 'changed meanwhile' };
  const [done, changed] = await Promise.all([
    reset(server, token),
    ada.ask('POST', '/auth/password', change),
  ]);
  const id = changed.status === 200 ? String(changed.json['session_id']) : ada.id;
  // A change that came first makes links void that were asked for before it.
  if (done.status === 204) {
    expect([await isAlive(server, id), await login(server, fresh)]).toEqual([false, 200]);
  } else {
    expect([done.status, changed.status]).toEqual([400, 200]);
    expect([await isAlive(server, id), await login(server, 'changed meanwhile')]).toEqual([true, 200]);
  }
});

test('the owner of an address takes over an account that a stranger made in their name', async () => {
  const { server, token, ada } = await asked();
  await reset(server, token);
  expect(await isAlive(server, ada.id)).toBe(false);
  expect(await login(server, password)).toBe(401);
});

test('a disabled account gets no link, and a link it has does nothing', async () => {
  const { mail, server, token } = await asked();
  await query(server, 'UPDATE users SET disabled_at = 1');
  expect((await reset(server, token)).status).toBe(400);
  expect((await forgot(server)).status).toBe(202);
  await wait(200);
  expect(mail.mails).toHaveLength(1);
});

test('the client is throttled for known and unknown names, and for bad tokens', async () => {
  const { server } = await start({ GATEHOUSE_THROTTLE_CLIENT: '2/15m' });
  const statuses = [];
  for (const who of ['nobody', 'nobody', 'nobody']) statuses.push((await forgot(server, who)).status);
  statuses.push((await reset(server, 'a'.repeat(26))).status);
  statuses.push((await server.post('/auth/email/verify', { token: 'a'.repeat(26) })).status);
  expect(statuses).toEqual([202, 202, 429, 429, 429]);
});

test('no token is in the log, in the database or in the queue', async () => {
  const { mail, server, token = '' } = await asked();
  expect(token).toMatch(/^[a-z0-9]{26}$/);
  mail.answer(451);
  await forgot(server);
  await until(() => mail.tries === 3, 'the second try');
  const rows = await Promise.all(['mails', 'tokens', 'audit'].map((table) => rowsOf(server, table)));
  expect(JSON.stringify([rows, server.log])).not.toContain(token);
});
