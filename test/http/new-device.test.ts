/** Notices of a login from a new device, over HTTP and a real mail server. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { mailingTo, newcomer, startMailServer } from '../support/mail.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

function deviceOf(answer: Answer): string {
  const line =
    answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('__Host-gatehouse_device=')) ?? '';
  return line.split(';')[0] ?? '';
}

async function verifiedPerson() {
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  const ada = await newcomer(server, mail);
  await ada.ask('POST', '/auth/email/verify/request');
  const [{ token } = { token: '' }] = await mail.arrived(1);
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  return { mail, server, login: { email: ada.email, password } };
}

test('a login from a new device sends a notice to a verified address, once for each device', async () => {
  const { mail, server, login } = await verifiedPerson();
  const first = await server.post('/auth/login', login, firefox);
  const told = (await mail.arrived(2))[1];
  expect(told?.to).toEqual([login.email]);
  expect(told?.raw).toContain('Firefox on Linux');
  expect(told?.raw).toContain('127.0.0.1');
  expect(told?.raw).not.toContain(first.cookie ?? 'a cookie');

  await server.post('/auth/login', login, { ...firefox, cookie: deviceOf(first) });
  await wait(300);
  expect(mail.mails).toHaveLength(2);
});

test('a contract without cookies recognises devices by network and name', async () => {
  const { mail, server, login } = await verifiedPerson();
  const asked = { username: login.email, password };
  for (let i = 0; i < 2; i += 1)
    expect((await server.post('/api/auth/login', asked, firefox)).status).toBe(200);
  await mail.arrived(2);
  await wait(300);
  expect(mail.mails).toHaveLength(2);
});

test('a client without cookies is not a new device every time', async () => {
  const { mail, server, login } = await verifiedPerson();
  for (let i = 0; i < 3; i += 1) expect((await server.post('/auth/login', login, firefox)).status).toBe(200);
  await mail.arrived(2);
  await wait(300);
  expect(mail.mails).toHaveLength(2);
});

test('a wrong password from a new device, and an account without an address, cause no notice', async () => {
  const { mail, server, login } = await verifiedPerson();
  expect((await server.post('/auth/login', { ...login, password: 'a wrong guess' }, firefox)).status).toBe(
    401,
  );
  await server.post('/register.json', { username: 'no_address', password });
  for (const headers of [{}, firefox]) {
    const answer = await server.post('/login.json', { username: 'no_address', password }, headers);
    expect(answer.status).toBe(200);
  }
  await wait(300);
  expect(mail.mails).toHaveLength(1);
});

test('an unverified address that names the account gets notices, at most three in an hour', async () => {
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  const login = { username: (await newcomer(server, mail, 'eve@example.com')).email, password };
  for (const system of [
    'X11; Linux x86_64',
    'Windows NT 10.0',
    'Android 14',
    'Macintosh',
    'X11; CrOS x86_64',
  ]) {
    const headers = { 'user-agent': `Mozilla/5.0 (${system}; rv:145.0) Gecko/20100101 Firefox/145.0` };
    expect((await server.post('/api/auth/login', login, headers)).status).toBe(200);
  }
  await mail.arrived(3);
  await wait(300);
  expect(mail.mails.map(({ to, subject }) => [to[0], subject])).toEqual(
    Array(3).fill(['eve@example.com', 'A new sign-in to your account']),
  );
});
