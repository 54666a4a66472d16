/** Mails in the language of the request that causes them, as a real mail server receives them. */

import { expect, test } from 'vitest';
import { type Arrived, mailingTo, startMailServer } from '../support/mail.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const password = 'supersecure';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

async function start(environment: Readonly<Record<string, string>> = {}) {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), ...environment });
  const ask = (path: string, body: object, language?: string, cookie = '', device = 'curl/8.0') =>
    fetch(new URL(path, server.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie,
        'user-agent': device,
        // Without the header `fetch` asks for any language.
        ...(language !== undefined && { 'accept-language': language }),
      },
      body: JSON.stringify(body),
    });
  return { mail, server, ask };
}

const subjects = {
  verify: ['Confirm your e-mail address', 'Bestätigen Sie Ihre E-Mail-Adresse'],
  change: ['Confirm your new e-mail address', 'Bestätigen Sie Ihre neue E-Mail-Adresse'],
  reset: ['Set a new password', 'Legen Sie ein neues Passwort fest'],
  password: ['Your password was changed', 'Ihr Passwort wurde geändert'],
  email: ['Your e-mail address was changed', 'Ihre E-Mail-Adresse wurde geändert'],
  device: ['A new sign-in to your account', 'Eine neue Anmeldung an Ihrem Konto'],
} as const;

function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

test.each([
  ['en-GB,en;q=0.9,de;q=0.8', 0],
  ['de-AT,de;q=0.9,en;q=0.8', 1],
] as const)('every mail is in the language of the request that causes it: %s', async (language, n) => {
  const { mail, ask } = await start();
  const next = async () => (await mail.taken(1))[0] as Arrived;
  let cookie = cookieOf(await ask('/auth/register', { email: identifier, password }, language));
  const registered = await next();
  expect(registered.subject).toBe(subjects.verify[n]);
  await ask('/auth/email/verify/request', {}, language, cookie);
  const verify = await next();
  expect([verify.subject, verify.token]).toEqual([
    subjects.verify[n],
    expect.stringMatching(/^[a-z0-9]{26}$/),
  ]);
  expect((await ask('/auth/email/verify', { token: verify.token })).status).toBe(204);

  await ask('/auth/login', { email: identifier, password }, language, '', firefox);
  expect((await next()).subject).toBe(subjects.device[n]);

  const confirmed = await ask('/auth/confirm', { password }, language, cookie);
  cookie = `${cookie}; ${cookieOf(confirmed)}`.split('; ').toReversed().filter(isFirst).join('; ');
  await ask('/auth/email', { email: 'eve@example.com', password }, language, cookie);
  const change = await next();
  expect([change.to, change.subject]).toEqual([['eve@example.com'], subjects.change[n]]);
  await ask('/auth/email/verify', { token: change.token }, language);
  const changed = await next();
  expect([changed.to, changed.subject]).toEqual([[identifier], subjects.email[n]]);

  await ask('/auth/password/forgot', { identifier: 'eve@example.com' }, language);
  const reset = await next();
  expect(reset.subject).toBe(subjects.reset[n]);
  await ask('/auth/password/reset', { token: reset.token, password: 'a whole new one' }, language);
  expect((await next()).subject).toBe(subjects.password[n]);
  expect(reset.raw.includes('ö')).toBe(n === 1);
});

function isFirst(pair: string, n: number, pairs: readonly string[]): boolean {
  return pairs.findIndex((other) => other.split('=')[0] === pair.split('=')[0]) === n;
}

test('L7: a change of the password is told in the language of its request', async () => {
  const { mail, ask } = await start();
  const cookie = cookieOf(await ask('/auth/register', { email: identifier, password }, 'en'));
  await mail.taken(1);
  const change = { current_password: password, new_password: 'a whole new one' };
  expect((await ask('/auth/password', change, 'de', cookie)).status).toBeLessThan(300);
  expect((await mail.taken(1))[0]?.subject).toBe(subjects.password[1]);
});

test('L7: a client that names no known language gets that of GATEHOUSE_LANGUAGE', async () => {
  const { mail, ask } = await start({ GATEHOUSE_LANGUAGE: 'de' });
  await ask('/auth/register', { email: identifier, password }, 'fr, *;q=0.1');
  expect((await mail.taken(1))[0]?.subject).toBe(subjects.verify[1]);
  await ask('/auth/password/forgot', { identifier }, 'en');
  expect((await mail.taken(1))[0]?.subject).toBe(subjects.reset[0]);
  await ask('/auth/password/forgot', { identifier });
  expect((await mail.taken(1))[0]?.subject).toBe(subjects.reset[1]);
});

const longest = `https://app.example.com/${'long-path/'.repeat(87)}abcdef`;

test.each([
  ['a short link', 'https://app.example.com', '', 'off'],
  ['the longest address', longest, '', 'off'],
  ['the longest address and base path', longest, `/${'b'.repeat(199)}`, 'on'],
])('a mail in German is quoted-printable, and %s is whole in it', async (_link, url, basePath, pages) => {
  const { mail, ask } = await start({
    GATEHOUSE_PUBLIC_URL: url,
    GATEHOUSE_BASE_PATH: basePath,
    GATEHOUSE_PAGES: pages,
  });
  await ask(`${basePath}/auth/register`, { email: identifier, password }, 'de');
  const [{ bytes, raw, token } = {} as Arrived] = await mail.taken(1);
  expect(bytes).toMatch(/^Content-Transfer-Encoding: quoted-printable\r$/m);
  expect(bytes).toMatch(/^Subject: =\?UTF-8\?[QB]\?/m);
  // No relay has to change such a message: it is ASCII in short lines.
  expect(bytes).toMatch(/^[\r\n -~]*$/);
  for (const line of bytes.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  const link = raw.split(/\r?\n/).filter((line) => line.startsWith('https:'));
  expect(link).toEqual([`${url}${basePath}/verify-email#token=${token}`]);
  expect((await ask(`${basePath}/auth/email/verify`, { token })).status).toBe(204);
});
