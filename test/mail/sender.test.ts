/** The sender against a real mail server: it tries again, survives, sends once, and delays no request. */

import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Arrived, mailingTo, newcomer, startMailServer, until } from '../support/mail.ts';
import { person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const identifier = 'ada@example.com';

const forgot = (server: TestServer) => server.post('/auth/password/forgot', { identifier });

const said = ({ log }: TestServer, message: string) => log.filter((line) => line.message === message);

/** The URL of a mail server that is not there. */
async function nowhere(): Promise<{ url: string; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { url: `smtp://127.0.0.1:${port}`, port };
}

test.concurrent('a mail that the server refuses for now is tried again, later each time, and then it works', async ({
  onTestFinished: atEnd,
}) => {
  const mail = await startMailServer(0, {}, atEnd);
  const server = await startServer(mailingTo(mail), undefined, atEnd);
  await newcomer(server, mail);
  mail.answer(451);
  await forgot(server);
  const failed = () => said(server, 'mail not sent, to be tried again');
  for (const [n, pause] of [5_000, 10_000, 20_000].entries()) {
    await until(() => failed().length === n + 1, `failure ${n + 1}`);
    const retryAt = Date.parse(String(failed()[n]?.entry['retryAt']));
    expect(failed()[n]?.entry).toMatchObject({ responseCode: 451, mail: { kind: 'reset_password' } });
    await wait(1_200);
    expect(mail.tries).toBe(1 + n + 1);
    expect(retryAt).toBeGreaterThan(Date.now());
    server.advance(pause * 1.25);
  }
  mail.answer(250);
  server.advance(60_000);
  await mail.arrived(1);
  await until(() => said(server, 'mail sent').length === 2, 'the log says so');
  expect(mail.mails).toHaveLength(1);
  expect((await server.post('/auth/email/verify', { token: mail.mails[0]?.token })).status).toBe(400);
});

test.concurrent('a mail is given up after a day, and the log says so without an address or a token', async ({
  onTestFinished: atEnd,
}) => {
  const mail = await startMailServer(0, {}, atEnd);
  const server = await startServer(mailingTo(mail), undefined, atEnd);
  await newcomer(server, mail);
  mail.answer(451);
  await forgot(server);
  // When the log says so, the time of the next try is written.
  await until(() => said(server, 'mail not sent, to be tried again').length === 1, 'the first try');
  server.advance(24 * 3_600_000);
  await until(() => said(server, 'mail given up').length === 1, 'it is given up');
  const mails = server.log.filter(({ entry }) => 'mail' in entry);
  expect(JSON.stringify(mails)).not.toContain('ada@');
  server.advance(24 * 3_600_000);
  await wait(1_200);
  expect(mail.tries).toBe(3);
});

test.concurrent.for(['5.1.1 <ada@example.com>: Recipient address rejected', 'No such user here'])(
  'a mailbox that does not exist is not tried again: 550 %s',
  async (text, { onTestFinished: atEnd }) => {
    const mail = await startMailServer(0, {}, atEnd);
    const server = await startServer(mailingTo(mail), undefined, atEnd);
    await newcomer(server, mail);
    mail.answer(550, text);
    await forgot(server);
    await until(() => said(server, 'mail given up').length === 1, 'it is given up');
    expect(said(server, 'mail given up')[0]?.entry).toMatchObject({ responseCode: 550, command: 'RCPT TO' });
  },
);

const refused = 'mail not sent: the mail server refuses this sender; to be tried again';

test.concurrent.for([
  ['RCPT TO', 550, 'Relaying denied', { command: 'RCPT TO' }, 'does not relay'],
  ['RCPT TO', 550, '5.7.1 Relaying denied', { command: 'RCPT TO', status: '5.7.1' }, 'does not relay'],
  ['RCPT TO', 553, 'Refused', { command: 'RCPT TO' }, 'does not relay'],
  [
    'MAIL FROM',
    550,
    '5.1.8 Sender address rejected: no such domain',
    { status: '5.1.8' },
    'GATEHOUSE_MAIL_FROM',
  ],
  ['MAIL FROM', 554, 'No such user', { command: 'MAIL FROM' }, 'GATEHOUSE_MAIL_FROM'],
] as const)(
  '%s: %i %s is a problem of the sender: shown, and tried again until it works',
  async ([to, code, text, entry, advice], { onTestFinished: atEnd }) => {
    const mail = await startMailServer(0, {}, atEnd);
    const server = await startServer(mailingTo(mail), undefined, atEnd);
    await newcomer(server, mail);
    mail.answer(code, text, to);
    await forgot(server);
    await until(() => said(server, refused).length === 1, 'the log says so');
    const [line] = said(server, refused);
    expect(line?.level).toBe('error');
    expect(line?.entry).toMatchObject({
      responseCode: code,
      advice: expect.stringContaining(advice),
      retryAt: expect.stringMatching(/Z$/),
      ...entry,
    });
    expect(JSON.stringify(server.log)).not.toContain(text);
    mail.answer(250);
    server.advance(10_000);
    await mail.arrived(1);
  },
);

test('M6: a mail server that refuses the login of the sender is reported, and tried again', async () => {
  const mail = await startMailServer(0, { allowInsecureAuth: true });
  const url = mail.url.replace('//', '//gatehouse:a%20wrong%20password@');
  const server = await startServer(mailingTo({ url }));
  await person(server);
  await until(() => said(server, refused).length === 1, 'the log says so');
  expect(said(server, refused)[0]?.entry).toMatchObject({
    code: 'EAUTH',
    responseCode: 535,
    advice: expect.stringContaining('GATEHOUSE_SMTP_URL'),
  });
  expect(JSON.stringify(server.log)).not.toContain('wrong');
  expect(mail.tries).toBe(0);
});

test('a mail that was queued while the clock was ahead is sent', async () => {
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  await newcomer(server, mail);
  mail.answer(451);
  server.advance(10 * 365 * 24 * 3_600_000);
  await forgot(server);
  await until(() => mail.tries === 2, 'the first try');
  mail.answer(250);
  server.advance(-10 * 365 * 24 * 3_600_000);
  const [arrived] = await mail.arrived(1);
  const answer = await server.post('/auth/password/reset', {
    token: arrived?.token,
    password: 'a new password',
  });
  expect(answer.status).toBe(204);
});

test('a restart keeps the queue, also while the mail server is away', async () => {
  const { url, port } = await nowhere();
  const server = await startServer(mailingTo({ url }));
  await person(server);
  await forgot(server);
  await until(() => server.log.some(({ message }) => message.startsWith('mail not sent')), 'a failure');
  expect(server.log.find(({ message }) => message.startsWith('mail not sent'))?.entry).toMatchObject({
    reason: expect.stringContaining('ECONNREFUSED'),
  });
  await server.stop();

  const mail = await startMailServer(port);
  const later = await startServer(mailingTo(mail), server.file);
  later.advance(10_000);
  await mail.arrived(2);
  const arrived = mail.mails.find(({ subject }) => subject === 'Set a new password');
  const answer = await later.post('/auth/password/reset', {
    token: arrived?.token,
    password: 'a new password',
  });
  expect(answer.status).toBe(204);
});

test('two servers on one database send each mail once', async () => {
  const mail = await startMailServer();
  const one = await startServer(mailingTo(mail));
  const two = await startServer(mailingTo(mail), one.file);
  const names = Array.from({ length: 8 }, (_, n) => `user${n}@example.com`);
  for (const name of names) await newcomer(one, mail, name);
  await Promise.all(
    names.map((name, n) => (n % 2 ? one : two).post('/auth/password/forgot', { identifier: name })),
  );
  await mail.arrived(8);
  await wait(1_500);
  expect(mail.mails.map(({ to }) => to[0]).sort()).toEqual(names);
});

test('a silent mail server delays neither a request nor an orderly stop', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.close();
  });
  const { port } = silent.address() as { port: number };
  const server = await startServer(mailingTo({ url: `smtp://127.0.0.1:${port}` }));
  const ada = await person(server);
  const startedAt = performance.now();
  expect((await ada.ask('POST', '/auth/email/verify/request')).status).toBe(202);
  expect(performance.now() - startedAt).toBeLessThan(500);
  await wait(200);
  const stoppedAt = performance.now();
  await server.stop();
  expect(performance.now() - stoppedAt).toBeLessThan(5_000);
  expect(said(server, 'mail not sent, to be tried again')).toHaveLength(2);
});

test('the mail server learns one sender and one recipient, whatever the names look like', async () => {
  const sent: Arrived[] = [];
  const mail = await startMailServer();
  const server = await startServer(mailingTo(mail));
  for (const email of ["o'neil+{tag}@example.com", '=?utf-8?Q?x?=@example.com', '!#$%&*/^`|~@example.com']) {
    await newcomer(server, mail, email);
    await server.post('/auth/password/forgot', { identifier: email });
    sent.push(...(await mail.taken(1)));
  }
  expect(sent).toHaveLength(3);
  for (const { to, raw } of sent) {
    expect(to).toHaveLength(1);
    expect(raw.match(/^(?:To|From|Cc|Bcc|Subject):/gim)).toHaveLength(3);
  }
});
