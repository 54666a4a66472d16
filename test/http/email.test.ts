/** E-mail over HTTP, against a real mail server: proving an address and changing it. */

import { expect, test } from 'vitest';
import { mailingTo, newcomer, publicUrl, startMailServer, until } from '../support/mail.ts';
import { isAlive, password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const hour = 3_600_000;

async function start(environment: Record<string, string> = {}) {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), ...environment });
  return { mail, server };
}

/** A person whose address is verified. */
async function verifiedPerson({ mail, server }: Awaited<ReturnType<typeof start>>) {
  const ada = await newcomer(server, mail);
  await ada.ask('POST', '/auth/email/verify/request');
  const token = (await mail.arrived(1))[0]?.token;
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  return ada;
}

const emailOf = async (ada: Awaited<ReturnType<typeof person>>) =>
  (await ada.ask('GET', '/auth/account/export')).json['user'] as Record<string, unknown>;

const invalid = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  detail: 'Invalid or expired token',
};

test('an address is verified with the link that was sent to it, once', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  expect((await emailOf(ada))['email_verified_at']).toBe(null);

  const asked = await ada.ask('POST', '/auth/email/verify/request');
  expect([asked.status, asked.json]).toEqual([202, { message: 'A mail with a link is on its way' }]);
  const [arrived] = await mail.arrived(1);
  expect(arrived?.to).toEqual(['ada@example.com']);
  expect(arrived?.subject).toBe('Confirm your e-mail address');
  expect(arrived?.raw).toContain(`${publicUrl}/verify-email#token=`);
  expect(arrived?.raw).toContain('From: Example <login@example.com>');

  const token = arrived?.token;
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  expect((await emailOf(ada))['email_verified_at']).toMatch(/Z$/);
  const again = await server.post('/auth/email/verify', { token });
  expect([again.status, again.json]).toEqual([400, invalid]);

  const more = await ada.ask('POST', '/auth/email/verify/request');
  expect(more.status).toBe(409);
  const activity = (await ada.ask('GET', '/auth/account/activity')).json['activity'] as { event: string }[];
  expect(activity.map(({ event }) => event)).toContain('email_verify');
});

test('every bad token gets one answer, and only a person may ask for a link', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  await ada.ask('POST', '/auth/email/verify/request');
  const [arrived] = await mail.arrived(1);
  const token = arrived?.token ?? '';
  server.advance(24 * hour);
  const bad = [token, '', 'a'.repeat(26), 'A'.repeat(26), token.slice(1), `${token} `, 'é'.repeat(26)];
  for (const token of bad) {
    for (const path of ['/auth/email/verify', '/auth/password/reset']) {
      const answer = await server.post(path, { token, password: 'another long one' });
      expect([path, answer.status, answer.json]).toEqual([path, 400, invalid]);
    }
  }
  const signedOut = await server.send({ method: 'POST', path: '/auth/email/verify/request' });
  expect(signedOut.status).toBe(401);
  expect((await server.post('/auth/email/verify', { token: 1 })).status).toBe(400);
});

test('a token is valid until its last moment, and of 20 concurrent uses exactly one succeeds', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  await ada.ask('POST', '/auth/email/verify/request');
  const [arrived] = await mail.arrived(1);
  server.advance(24 * hour - 60_000);
  const token = arrived?.token;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.post('/auth/email/verify', { token })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(400)]);
});

test('a fourth mail within an hour, the first at registration, is refused to the person who asks', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  const statuses = async (count: number) => {
    const answers = [];
    for (let n = 0; n < count; n += 1) answers.push(await ada.ask('POST', '/auth/email/verify/request'));
    return answers.map(({ status, headers }) => [status, headers['retry-after']]);
  };
  const fine = [202, undefined];
  expect(await statuses(3)).toEqual([fine, fine, [429, '3600']]);
  server.advance(hour);
  expect(await statuses(4)).toEqual([fine, fine, fine, [429, '3600']]);
  await mail.arrived(5);
});

test('links lead to GATEHOUSE_PUBLIC_URL whatever the request says', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  const headers = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
  };
  await server.post('/auth/password/forgot', { identifier: 'ada@example.com' }, headers);
  const [arrived] = await mail.arrived(1);
  expect(arrived?.raw).toContain(`${publicUrl}/reset-password#token=`);
  expect(arrived?.raw).not.toContain('evil');
});

test('an address is changed when its owner confirms it; the old one gets a notice and sessions stay', async () => {
  const { mail, server } = await start();
  const ada = await verifiedPerson({ mail, server });
  const change = { email: 'Grace@Example.org', password };
  const asked = await ada.ask('POST', '/auth/email', change);
  expect(asked.status).toBe(202);
  await mail.arrived(2);
  expect(mail.mails[1]?.to).toEqual(['Grace@example.org']);
  expect((await emailOf(ada))['email']).toBe('ada@example.com');

  expect((await server.post('/auth/email/verify', { token: mail.mails[1]?.token })).status).toBe(204);
  expect(await emailOf(ada)).toMatchObject({ identifier: 'Grace@Example.org', email: 'Grace@Example.org' });
  expect(await isAlive(server, ada.id)).toBe(true);
  const logins = ['ada@example.com', 'grace@example.org'].map((email) =>
    server.post('/auth/login', { email, password }),
  );
  expect((await Promise.all(logins)).map(({ status }) => status)).toEqual([401, 200]);

  await mail.arrived(3);
  expect(mail.mails[2]?.to).toEqual(['ada@example.com']);
  expect(mail.mails[2]?.subject).toBe('Your e-mail address was changed');
  expect(mail.mails[2]?.raw).toContain('G***@Example.org');
  expect(mail.mails[2]?.raw).not.toContain('Grace');
});

test('a change needs a recently confirmed password and a valid address', async () => {
  const { server } = await start();
  const ada = await person(server);
  const wrong = await ada.ask('POST', '/auth/email', { email: 'b@example.com', password: 'not this one' });
  expect([wrong.status, wrong.json['detail']]).toEqual([403, 'Invalid password']);
  for (const email of [
    'b',
    'b@example.com\r\nBcc: c@example.com',
    'b@example.com, c@example.com',
    '<b@c.de>',
  ]) {
    const malformed = await ada.ask('POST', '/auth/email', { email, password });
    expect([malformed.status, malformed.json['detail']]).toEqual([422, 'Invalid email']);
  }
  server.advance(600_000);
  const late = await ada.ask('POST', '/auth/email', { email: 'b@example.com', password });
  expect([late.status, late.json['type']]).toEqual([403, 'urn:gatehouse:problem:confirmation-required']);
});

test('only the reader of the new mailbox learns that an address is taken', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail, 'taken@example.com');
  const ada = await newcomer(server, mail);
  const ask = async (email: string) => {
    const { status, json } = await ada.ask('POST', '/auth/email', { email, password });
    return [status, json];
  };
  expect(await ask('TAKEN@example.com')).toEqual(await ask('free@example.com'));
  await mail.arrived(2);
  const taken = mail.mails.find(({ to }) => to[0] === 'TAKEN@example.com');
  const answer = await server.post('/auth/email/verify', { token: taken?.token });
  expect([answer.status, answer.json['detail']]).toEqual([409, 'Email already registered']);
  expect((await emailOf(ada))['email']).toBe('ada@example.com');
});

test('an account can cause two mails to an address, and its owner still gets a link to reset', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail, 'victim@example.com');
  const ada = await newcomer(server, mail);
  for (let n = 0; n < 4; n += 1) {
    const { status } = await ada.ask('POST', '/auth/email', { email: 'victim@example.com', password });
    expect(status).toBe(202);
  }
  await server.post('/auth/password/forgot', { identifier: 'victim@example.com' });
  await mail.arrived(3);
  const subjects = mail.mails.map(({ subject }) => subject).sort();
  expect(subjects).toEqual([
    'Confirm your new e-mail address',
    'Confirm your new e-mail address',
    'Set a new password',
  ]);
});

test('a change that was requested with the old password is void after a password change', async () => {
  const { mail, server } = await start();
  const intruder = await verifiedPerson({ mail, server });
  await intruder.ask('POST', '/auth/email', { email: 'evil@example.org', password });
  const [, evil] = await mail.arrived(2);
  const changed = await intruder.ask('POST', '/auth/password', {
    current_password: password,
    new_password: 'a better one',
  });
  expect(changed.status).toBe(200);
  expect((await server.post('/auth/email/verify', { token: evil?.token })).status).toBe(400);
  await mail.arrived(3);
  expect(mail.mails[2]?.subject).toBe('Your password was changed');
});

test('a change that waits in the queue while the password is replaced is never sent', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  mail.answer(451);
  await ada.ask('POST', '/auth/email', { email: 'evil@example.org', password });
  await until(() => mail.tries === 2, 'the first try');
  await ada.ask('POST', '/auth/password', { current_password: password, new_password: 'a better one' });
  mail.answer(250);
  server.advance(60_000);
  await until(() => dropped(server) === 1, 'the mail is dropped');
  await mail.arrived(1);
  expect(mail.mails.map(({ subject }) => subject)).toEqual(['Your password was changed']);
});

function dropped({ log }: TestServer): number {
  return log.filter(({ message }) => message.startsWith('mail dropped')).length;
}

test('an account with a username gets an address, and keeps its name', async () => {
  const { mail, server } = await start();
  await server.post('/register.json', { username: 'ada_l', password });
  const { json } = await server.post('/login.json', { username: 'ada_l', password });
  const headers = { 'x-session-id': String(json['id']) };
  const none = await server.post('/auth/email/verify/request', {}, headers);
  expect(none.status).toBe(409);
  await server.post('/auth/password/forgot', { identifier: 'ada_l' });
  await server.post('/auth/email', { email: 'ada@example.com', password }, headers);
  await server.post('/auth/email/verify', { token: (await mail.arrived(1))[0]?.token });
  await server.post('/auth/password/forgot', { identifier: 'ADA_L' });
  const [, link] = await mail.arrived(2);
  expect([link?.to, link?.subject]).toEqual([['ada@example.com'], 'Set a new password']);
  expect((await server.post('/login.json', { username: 'ada_l', password })).status).toBe(200);
});
