/** The outbox: what is written where no mail server is set up. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readOutbox, until } from '../support/mail.ts';
import { person } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';

test('without a mail server each mail is a file that only its owner reads, and the log says where, once', async () => {
  const server = await startServer();
  const outbox = join(dirname(server.file), 'outbox');
  const ada = await person(server);
  expect(existsSync(outbox)).toBe(false);
  await ada.ask('POST', '/auth/email/verify/request');
  await server.post('/auth/password/forgot', { identifier });
  await until(() => existsSync(outbox) && readOutbox(outbox).length === 2, 'two mails are written');

  expect(statSync(outbox).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(outbox)) {
    expect(name).toMatch(/^2[\d-]+T[\d-]+\.\d{3}Z-\d+-(?:verify_email|reset_password)\.eml$/);
    expect(statSync(join(outbox, name)).mode & 0o777).toBe(0o600);
  }
  const told = server.log.filter(({ entry }) => entry['folder'] === outbox);
  expect(told).toHaveLength(1);

  const [first, second] = readOutbox(outbox);
  expect(first?.raw).toMatch(/^To: ada@example\.com\r$/m);
  expect(first?.raw).toMatch(/^From: gatehouse@localhost\r$/m);
  expect(first?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect((await server.post('/auth/email/verify', { token: first?.token })).status).toBe(204);
  const reset = { token: second?.token, password: 'a whole new one' };
  expect((await server.post('/auth/password/reset', reset)).status).toBe(204);
});

test('a folder that cannot be made is a failed attempt', async () => {
  const server = await startServer({ GATEHOUSE_MAIL_OUTBOX: '/dev/null/outbox' });
  await person(server);
  await server.post('/auth/password/forgot', { identifier });
  const failed = () => server.log.find(({ message }) => message.startsWith('mail not sent'));
  await until(() => failed() !== undefined, 'the log says so');
  expect(failed()?.entry).toMatchObject({ code: 'ENOTDIR' });
});
