/** The bytes of a mail, as the mail server receives them and as the outbox keeps them: a link is whole, on one line. */

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { renderMessage } from '../../src/mail/render-message.ts';
import { type Arrived, mailingTo, newcomer, readOutbox, startMailServer, until } from '../support/mail.ts';
import { person } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const from = 'Grüße aus Köln, weit weg von jedem Zeichensatz der siebziger Jahre <login@example.com>'.replace(
  ',',
  '',
);

const urls = ['https://app.example.com', `https://app.example.com/${'long-path/'.repeat(87)}abcde`];

function expectWhole({ bytes }: Arrived, url: string): void {
  const [head = '', ...body] = bytes.split('\r\n\r\n');
  const lines = body.join('\r\n\r\n').split('\r\n');
  const link = lines.filter((line) => line.startsWith(`${url}/reset-password#token=`));
  expect(link).toHaveLength(1);
  expect(link[0]).toMatch(/#token=[a-z0-9]{26}$/);
  expect(head).toMatch(/^Content-Transfer-Encoding: 7bit$/m);
  expect(head).toMatch(/^From: =\?UTF-8\?[QB]\?/m);
  expect(head).toContain('<login@example.com>');
  expect(bytes).toMatch(/^[\r\n\t -~]*$/);
  expect(bytes.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of bytes.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
}

test.each(urls)('the mail server receives a link in one piece: %s', async (url) => {
  const mail = await startMailServer();
  const server = await startServer({
    ...mailingTo(mail),
    GATEHOUSE_PUBLIC_URL: url,
    GATEHOUSE_MAIL_FROM: from,
  });
  await newcomer(server, mail);
  await server.post('/auth/password/forgot', { identifier });
  const [arrived] = await mail.taken(1);
  expectWhole(arrived as Arrived, url);
  const reset = { token: arrived?.token, password: 'a whole new one' };
  expect((await server.post('/auth/password/reset', reset)).status).toBe(204);
});

test.each(urls)('the outbox keeps a link in one piece: %s', async (url) => {
  const server = await startServer({ GATEHOUSE_PUBLIC_URL: url, GATEHOUSE_MAIL_FROM: from });
  const outbox = join(dirname(server.file), 'outbox');
  await person(server);
  await server.post('/auth/password/forgot', { identifier });
  const isThere = () =>
    readdirSync(dirname(server.file)).includes('outbox') && readOutbox(outbox).length === 1;
  await until(isThere, 'the mail is written');
  expectWhole(readOutbox(outbox)[0] as Arrived, url);
});

test('a text that is not ASCII, or has an endless line, is encoded', async () => {
  const message = { recipient: identifier, subject: 'Hello', kind: 'new_device', id: 1, at: 0 };
  const write = async (text: string) =>
    (await renderMessage({ ...message, text }, { name: '', address: 'login@example.com' })).toString();
  expect(await write('Gr\u00fc\u00dfe\n')).toMatch(
    /Content-Transfer-Encoding: quoted-printable\r\n[\s\S]*\r\n\r\nGr=C3=BC=C3=9Fe/,
  );
  expect(await write(`${'x'.repeat(998)}\n`)).toContain(`\r\n\r\n${'x'.repeat(998)}\r\n`);
  const endless = await write(`${'x'.repeat(999)}\n`);
  for (const line of endless.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
});
