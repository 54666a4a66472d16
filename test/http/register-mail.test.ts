/** The mail of a registration, and notices before an address is verified; over HTTP and a real mail server. */

import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { takeAway } from '../support/database.ts';
import { mailingTo, newcomer, publicUrl, startMailServer, until } from '../support/mail.ts';
import { password, person } from '../support/person.ts';
import { startServer } from '../support/server.ts';

async function start(environment: Record<string, string> = {}) {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), ...environment });
  return { mail, server };
}

test('M3: a registration with an address sends a link that verifies it; one with a username sends none', async () => {
  const { mail, server } = await start();
  await server.post('/register.json', { username: 'ada_l', password });
  const ada = await person(server, 'Ada@Example.com');
  const [link] = await mail.arrived(1);
  expect([link?.to, link?.subject]).toEqual([['Ada@example.com'], 'Confirm your e-mail address']);
  expect(link?.raw).toContain(`${publicUrl}/verify-email#token=`);
  expect((await server.post('/auth/email/verify', { token: link?.token })).status).toBe(204);
  expect((await ada.ask('POST', '/auth/email/verify/request')).status).toBe(409);
  await wait(300);
  expect(mail.mails).toHaveLength(1);
});

test('a registration that is refused sends nothing', async () => {
  const { mail, server } = await start();
  await newcomer(server, mail);
  const again = await server.post('/auth/register', { email: 'ada@example.com', password });
  const short = await server.post('/auth/register', { email: 'bob@example.com', password: 'short' });
  expect([again.status, short.status]).toEqual([409, 422]);
  await wait(300);
  expect(mail.mails).toHaveLength(0);
});

test('a registration neither waits for a mail server nor fails with the queue', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.close();
  });
  const { port } = silent.address() as { port: number };
  const { server } = await start({ GATEHOUSE_SMTP_URL: `smtp://127.0.0.1:${port}` });
  const startedAt = performance.now();
  await person(server);
  expect(performance.now() - startedAt).toBeLessThan(2_000);

  await takeAway(server, 'mails');
  const answer = await server.post('/auth/register', { email: 'bob@example.com', password });
  expect(answer.status).toBe(201);
  await until(() => server.log.some(({ message }) => message === 'mail not queued'), 'the log says so');
});

test('twenty registrations of a network in an hour get a mail; the others must request it', async () => {
  const { mail, server } = await start();
  for (let n = 0; n < 20; n += 1) await person(server, `user${n}@example.com`);
  await mail.taken(20);
  const late = await person(server, 'late@example.com');
  await wait(300);
  expect(mail.mails).toHaveLength(0);
  expect((await late.ask('POST', '/auth/email/verify/request')).status).toBe(202);
  await mail.taken(1);
  server.advance(3_600_000);
  await newcomer(server, mail, 'later@example.com');
});

test('an account that is made and deleted again and again sends three mails in an hour', async () => {
  const { mail, server } = await start();
  for (let n = 0; n < 5; n += 1) {
    const ada = await person(server);
    expect((await ada.ask('DELETE', '/auth/account', { password })).status).toBe(204);
    await wait(200);
  }
  const ada = await person(server);
  expect((await ada.ask('POST', '/auth/email/verify/request')).status).toBe(429);
  expect(mail.mails.length).toBeLessThanOrEqual(3);
});

test('a password change sends a notice to an unverified address that names the account', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  const change = { current_password: password, new_password: 'a better one' };
  expect((await ada.ask('POST', '/auth/password', change)).status).toBe(200);
  const [notice] = await mail.taken(1);
  expect([notice?.to, notice?.subject]).toEqual([['ada@example.com'], 'Your password was changed']);
});

test('a change of address sends a notice to the old, unverified address that named the account', async () => {
  const { mail, server } = await start();
  const ada = await newcomer(server, mail);
  await ada.ask('POST', '/auth/email', { email: 'grace@example.org', password });
  const [link] = await mail.taken(1);
  expect((await server.post('/auth/email/verify', { token: link?.token })).status).toBe(204);
  const [notice] = await mail.taken(1);
  expect([notice?.to, notice?.subject]).toEqual([['ada@example.com'], 'Your e-mail address was changed']);
  expect(notice?.raw).toContain('g***@example.org');
});
