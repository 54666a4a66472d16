/** Links that reset a password, over HTTP and a real mail server: how many there are, and what strangers can do to them. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rowsOf } from '../support/database.ts';
import { mailingTo, newcomer, startMailServer, until } from '../support/mail.ts';
import { again, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const minute = 60_000;
const fresh = 'a whole new one';
const identifier = 'ada@example.com';

async function start() {
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  return { mail, server };
}

const forgot = (server: TestServer, who = identifier) =>
  server.post('/auth/password/forgot', { identifier: who });
const reset = (server: TestServer, token: string | undefined, next = fresh) =>
  server.post('/auth/password/reset', { token, password: next });

test('the use of one link voids the others', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  await forgot(server);
  const [first] = await mail.arrived(1);
  await forgot(server);
  const [, second] = await mail.arrived(2);
  expect((await reset(server, second?.token)).status).toBe(204);
  expect((await reset(server, first?.token, 'yet another one')).status).toBe(400);
});

test('M2: links asked for by a stranger leave that of the owner valid, and 31 minutes later there is another', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  await forgot(server);
  const [own] = await mail.taken(1);
  for (let n = 0; n < 4; n += 1) await forgot(server);
  const strangers = await mail.taken(2);
  await wait(200);
  expect(mail.mails).toHaveLength(0);

  server.advance(31 * minute);
  await forgot(server);
  const [later] = await mail.taken(1);
  for (const link of [...strangers, own]) expect((await reset(server, link?.token)).status).toBe(400);
  expect((await reset(server, later?.token)).status).toBe(204);
});

test('all three links are valid until one is used, and then the next request gets a mail', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  for (let n = 0; n < 4; n += 1) await forgot(server);
  const links = await mail.taken(3);
  for (const { token } of links) expect((await reset(server, token, 'short')).status).toBe(422);
  for (const { token } of links.slice(1)) {
    // A password that is refused late shows that the link was found good.
    expect((await reset(server, token, identifier)).status).toBe(422);
  }
  expect((await reset(server, links[1]?.token)).status).toBe(204);
  await mail.taken(1);
  for (const { token } of links) expect((await reset(server, token)).status).toBe(400);

  await forgot(server);
  const [next] = await mail.taken(1);
  const back = await again(server, ada, undefined, fresh);
  const changed = await back.ask('POST', '/auth/password', {
    current_password: fresh,
    new_password: 'changed by the owner',
  });
  expect(changed.status).toBe(200);
  expect((await reset(server, next?.token)).status).toBe(400);
  await mail.taken(1);
  await forgot(server);
  await mail.taken(1);
});

test('of 20 requests at once three get a mail', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  await Promise.all(Array.from({ length: 20 }, () => forgot(server)));
  await mail.taken(3);
  await wait(300);
  expect(mail.mails).toHaveLength(0);
});

test('an account that is named by the address of another uses up none of its mails', async () => {
  const { mail, server } = await start();
  // The victim has a username, and proved the address.
  await server.post('/register.json', { username: 'ada_l', password });
  const { json } = await server.post('/login.json', { username: 'ada_l', password });
  const session = { 'x-session-id': String(json['id']) };
  await server.post('/auth/email', { email: identifier, password }, session);
  const [change] = await mail.taken(1);
  expect((await server.post('/auth/email/verify', { token: change?.token })).status).toBe(204);

  // A stranger makes an account that is named by it, and asks for whatever there is.
  const stranger = await newcomer(server, mail);
  for (let n = 0; n < 4; n += 1) {
    await stranger.ask('POST', '/auth/email/verify/request');
    await forgot(server, identifier);
  }
  await mail.taken(5);
  await forgot(server, 'ada_l');
  const [link] = await mail.taken(1);
  expect(link?.subject).toBe('Set a new password');
  expect((await reset(server, link?.token)).status).toBe(204);
  expect((await server.post('/login.json', { username: 'ada_l', password: fresh })).status).toBe(200);
});

test('a link whose mail was not sent is void, and does not count', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  mail.answer(550, '5.1.1 No such user');
  for (let n = 0; n < 4; n += 1) await forgot(server);
  await until(() => mail.tries === 5, 'all four are refused');
  // That of the registration is left.
  await expect.poll(async () => (await rowsOf(server, 'tokens')).length).toBe(1);
  mail.answer(250);
  await forgot(server);
  const [link] = await mail.taken(1);
  expect((await reset(server, link?.token)).status).toBe(204);
});
