/** The way to the mail server: encrypted, to the right one, or not at all; unless it is this machine or was asked for. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { type MailServer, mailingTo, startMailServer, until } from '../support/mail.ts';
import { person } from '../support/person.ts';
import { startProcess } from '../support/process.ts';
import { startProxy } from '../support/proxy.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const certificates = join(import.meta.dirname, '../support/certificates');
const certificate = join(certificates, 'mail.pem');

/** A certificate for the address below, which is its own authority. */
const trusted = { cert: readFileSync(certificate), key: readFileSync(join(certificates, 'mail.key')) };

/** Takes the extension out of the answer to EHLO, which stays well-formed. */
function withoutStarttls(text: string): string {
  if (!/^250[- ]STARTTLS\r$/m.test(text)) return text;
  const lines = text.split('\r\n').filter((line) => line !== '' && !/^250[- ]STARTTLS$/.test(line));
  return `${lines.join('\r\n').replace(/250-(.*)$/, '250 $1')}\r\n`;
}

/** An address that leads to this machine and is not one of those that are known to: as good as another machine. */
const elsewhere = ({ url }: Pick<MailServer, 'url'>) =>
  url.replace('//127.0.0.1', '//gatehouse:let%20me%20in@0.0.0.0');

const refused = 'mail not sent: the mail server refuses this sender; to be tried again';

async function refusal(server: TestServer): Promise<Readonly<Record<string, unknown>>> {
  const line = () => server.log.find(({ message }) => message === refused);
  await until(() => line() !== undefined, 'the log says so');
  return line()?.entry ?? {};
}

test('M5: a server that offers no encryption gets neither the password nor a mail', async () => {
  const mail = await startMailServer(0, { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  const server = await startServer(mailingTo({ url: elsewhere(mail) }));
  await person(server);
  expect(await refusal(server)).toMatchObject({
    code: 'ETLS',
    advice: expect.stringMatching(/no encryption \(STARTTLS\)/),
    retryAt: expect.any(String),
  });
  expect(mail.tries).toBe(0);
});

test.each([
  ['takes STARTTLS out of the greeting', false],
  ['takes it out of the greeting and refuses it', true],
])('an attacker in the middle who %s sees no mail, no address and no password', async (_, refuses) => {
  const mail = await startMailServer(0, trusted);
  let seen = '';
  let offers = 0;
  const proxy = await startProxy(Number(new URL(mail.url).port), {
    tap: (_connection, pass) => ({
      see(from, bytes, passOn) {
        const text = bytes.toString('latin1');
        if (withoutStarttls(text) !== text) offers += 1;
        if (from === 'client') seen += text;
        if (from === 'client' && refuses && text.startsWith('STARTTLS'))
          pass('server', Buffer.from('454 TLS not available\r\n'));
        else if (from === 'server') passOn(Buffer.from(withoutStarttls(text), 'latin1'));
        else passOn(bytes);
      },
    }),
  });
  const url = `smtp://gatehouse:let%20me%20in@0.0.0.0:${proxy.port}`;
  const server = await startProcess({ ...mailingTo({ url }), NODE_EXTRA_CA_CERTS: certificate });
  await server.post('/auth/register', { email: 'ada@example.com', password: 'supersecure' });
  if (refuses) {
    await until(() => server.log.some(({ msg }) => msg === refused), 'the log says so');
    expect(mail.mails).toHaveLength(0);
  } else {
    // It goes on all the same, and is encrypted all the same.
    expect((await mail.arrived(1))[0]).toMatchObject({ to: ['ada@example.com'], isEncrypted: true });
  }
  expect(offers).toBeGreaterThan(0);
  expect(seen).toMatch(/^EHLO \S+\r\nSTARTTLS\r\n/);
  for (const secret of [
    'AUTH',
    'MAIL FROM',
    'ada@',
    '#token=',
    Buffer.from('let me in').toString('base64'),
  ]) {
    expect(seen).not.toContain(secret);
  }
});

test.each([
  ['smtp', false],
  ['smtps', true],
])('%s: a certificate that no authority signed, or for another name, is not accepted', async (_, secure) => {
  for (const options of [{}, trusted]) {
    const mail = await startMailServer(0, { secure, ...options });
    const server = await startServer(mailingTo({ url: elsewhere(mail) }));
    await person(server);
    expect(await refusal(server)).toMatchObject({ advice: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    expect(mail.tries).toBe(0);
  }
  const other = {
    cert: readFileSync(join(certificates, 'server.pem')),
    key: readFileSync(join(certificates, 'server.key')),
  };
  const mail = await startMailServer(0, { secure, ...other });
  const authority = join(certificates, 'authority.pem');
  const server = await startProcess({
    ...mailingTo({ url: elsewhere(mail) }),
    NODE_EXTRA_CA_CERTS: authority,
  });
  await server.post('/auth/register', { email: 'ada@example.com', password: 'supersecure' });
  await until(() => server.log.some(({ msg }) => msg === refused), 'the log says so');
  expect(mail.tries).toBe(0);
});

test.each([
  ['smtp', false],
  ['smtps', true],
])('%s: a private authority is trusted through NODE_EXTRA_CA_CERTS, without a warning', async (_, secure) => {
  const mail = await startMailServer(0, { secure, ...trusted });
  const settings = { ...mailingTo({ url: elsewhere(mail) }), NODE_EXTRA_CA_CERTS: certificate };
  const server = await startProcess(settings);
  await server.post('/auth/register', { email: 'ada@example.com', password: 'supersecure' });
  expect((await mail.arrived(1))[0]).toMatchObject({ to: ['ada@example.com'], isEncrypted: true });
  expect(server.stderr).not.toContain('SMTP');
});

test('without encryption a mail goes to this machine, and elsewhere only if tls=off asks for it, with a warning', async () => {
  const mail = await startMailServer(0, { hideSTARTTLS: true, allowInsecureAuth: true });
  const here = await startProcess(mailingTo(mail));
  await here.post('/auth/register', { email: 'ada@example.com', password: 'supersecure' });
  const there = await startProcess(mailingTo({ url: `${elsewhere(mail)}?tls=off` }));
  await there.post('/auth/register', { email: 'bob@example.com', password: 'supersecure' });
  const arrived = await mail.arrived(2);
  expect(arrived.map(({ isEncrypted }) => isEncrypted)).toEqual([false, false]);
  expect(here.stderr).not.toContain('tls=off');
  expect(there.stderr).toContain('GATEHOUSE_SMTP_URL says tls=off');
  expect(there.stderr).not.toMatch(/let(?: |%20)me/);
});

/** What the doctor says of mail. */
async function doctor(url: string, environment: Readonly<Record<string, string>> = {}) {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const settings = { ...mailingTo({ url }), GATEHOUSE_PBKDF2_ITERATIONS: '220000', ...environment };
  const said = await command(['doctor', '--json'], { file, environment: settings });
  expect(said.stdout + said.stderr).not.toMatch(/let(?: |%20)me/);
  const about = said.json.filter(({ check, says }) => check === 'mail' || /SMTP/.test(String(says)));
  return { code: said.code, found: about.map(({ check, verdict, says }) => `${check} ${verdict}: ${says}`) };
}

test('gatehouse doctor connects to the mail server, and says why it accepts no mail', async () => {
  const encrypted = await startMailServer(0, trusted);
  const well = await doctor(elsewhere(encrypted), { NODE_EXTRA_CA_CERTS: certificate });
  expect(well).toEqual({ code: 0, found: ['mail ok: The mail server answers and lets this sender in.'] });
  const unknown = await doctor(elsewhere(encrypted));
  expect([unknown.code, unknown.found]).toEqual([
    1,
    [expect.stringMatching(/^mail problem: The certificate of the mail server is not trusted\./)],
  ]);
  const wrong = elsewhere(encrypted).replace('let%20me%20in', 'let%20me%20out');
  const outside = await doctor(wrong, { NODE_EXTRA_CA_CERTS: certificate });
  expect(outside.found).toEqual([
    expect.stringMatching(/^mail problem: .*Check user and password.* \(EAUTH, 535\)$/),
  ]);

  const open = await startMailServer(0, {
    hideSTARTTLS: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
  });
  const bare = await doctor(elsewhere(open));
  expect([bare.code, bare.found]).toEqual([1, [expect.stringMatching(/^mail problem: .*no encryption/)]]);
  const off = await doctor(`${elsewhere(open)}?tls=off`);
  expect([off.code, off.found]).toEqual([
    0,
    [
      expect.stringMatching(/^settings warning: .*tls=off/),
      'mail ok: The mail server answers and lets this sender in.',
    ],
  ]);
  await open.stop();
  const gone = await doctor(open.url);
  expect(gone.found).toEqual([expect.stringMatching(/^mail problem: It cannot be reached/)]);
});
