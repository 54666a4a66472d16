/** The pages of links in mails: a new password, a confirmed address; opening them uses nothing up (ruling L3). */

import { expect, test } from 'vitest';
import { query, rowsOf } from '../support/database.ts';
import { type MailServer, mailingTo, startMailServer } from '../support/mail.ts';
import { Browser, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const fresh = 'a whole new one';
const minute = 60_000;

/** A person who has signed in on the page, and the code of the mail with which they may confirm their address. */
async function arrived(environment: Record<string, string> = {}) {
  const mail = await startMailServer();
  const server = await startServer({ ...pagesOn, ...mailingTo(mail), ...environment });
  const browser = await newcomer(server);
  const [{ token: code } = { token: '' }] = await mail.taken(1);
  return { mail, server, browser, code };
}

/** Asks for a new password, and returns the code of the mail. */
async function forgotten(server: TestServer, mail: MailServer): Promise<string> {
  const browser = new Browser(server);
  const sent = await browser.fill('/forgot-password', { identifier: ` ${identifier} ` });
  expect([sent.status, sent.location]).toEqual([303, 'forgot-password?done=mail_sent']);
  const [one] = await mail.taken(1);
  return String(one?.token);
}

/** Everything that the database holds but for the entries of the audit about what was asked. */
async function everything(server: TestServer) {
  const tables = [
    'users',
    'auth',
    'sessions',
    'ended',
    'tokens',
    'invitations',
    'devices',
    'throttle',
    'mails',
    'audit',
  ];
  const rows = [];
  for (const table of tables)
    rows.push([table, (await rowsOf(server, table)).map((row) => JSON.stringify(row)).sort()]);
  return rows;
}

test('a forgotten password is replaced with the code of a mail; all sessions end, and none begins', async () => {
  const { mail, server, browser } = await arrived();
  const code = await forgotten(server, mail);
  const other = new Browser(server);
  const page = await other.open('/reset-password');
  expect([page.status, page.forms[0]?.names]).toEqual([200, ['code', 'new_password']]);
  const sent = await other.submit(page, {
    code: `${code.slice(0, 9)} ${code.slice(9)}\r\n`,
    new_password: fresh,
  });
  expect([sent.status, sent.location, other.id]).toEqual([303, 'sign-in?done=password_reset', '']);
  expect((await other.follow(sent)).notice).toContain('The new password is set');
  expect(await isAlive(server, browser.id)).toBe(false);
  expect((await other.fill('/sign-in', { identifier, password })).status).toBe(401);
  expect((await other.fill('/sign-in', { identifier, password: fresh })).status).toBe(303);
  const again = await other.submit(page, { code, new_password: 'yet another one' });
  expect([again.status, again.problems]).toEqual([
    400,
    { code: expect.stringContaining('It may have been used') },
  ]);
});

test('a refused new password does not use the code up, and the code stays in the form', async () => {
  const { mail, server } = await arrived();
  const code = await forgotten(server, mail);
  const browser = new Browser(server);
  for (const [word, problem] of [
    ['short', 'The password must have at least 8 characters.'],
    ['password1', expect.stringContaining('one of the most common')],
    [identifier, expect.stringContaining('must differ from the name')],
  ] as const) {
    const refused = await browser.fill('/reset-password', { code, new_password: word });
    expect([refused.status, refused.problems]).toEqual([422, { new_password: problem }]);
    expect(refused.forms[0]?.values).toEqual({ code, new_password: '' });
  }
  expect((await browser.fill('/reset-password', { code, new_password: fresh })).status).toBe(303);
});

test('a code that is unknown, of another purpose, expired or malformed is refused in one sentence', async () => {
  const { mail, server, code: verification } = await arrived({ GATEHOUSE_THROTTLE: 'off' });
  const code = await forgotten(server, mail);
  const ask = (token: string) =>
    new Browser(server).fill('/reset-password', { code: token, new_password: fresh });
  for (const token of [
    verification,
    'a'.repeat(26),
    'x',
    '../..',
    '"><b>',
    'x'.repeat(10_000),
    '\u{1f600}',
  ]) {
    const refused = await ask(token);
    expect([refused.status, refused.problems]).toEqual([400, { code: expect.stringContaining('not valid') }]);
    expect(refused.forms[0]?.values['code']).toBe(token);
  }
  server.advance(30 * minute);
  expect((await ask(code)).status).toBe(400);
  expect((await new Browser(server).fill('/verify-email', { code })).status).toBe(400);
});

test('asking for a mail says the same of names that exist and names that do not', async () => {
  const { mail, server } = await arrived();
  await newcomer(server, 'nameless');
  const answers = [];
  for (const name of ['eve@example.com', 'nameless', 'eve', '"><b>', 'x'.repeat(5_000), identifier]) {
    const sent = await new Browser(server).fill('/forgot-password', { identifier: name });
    answers.push([sent.status, sent.location, sent.text, sent.headers['set-cookie']]);
  }
  expect(new Set(answers.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify([303, 'forgot-password?done=mail_sent', '', undefined])]),
  );
  const page = await new Browser(server).open('/forgot-password?done=mail_sent');
  expect(page.notice).toContain('If there is an account with an e-mail address');
  expect((await mail.arrived(1))[0]?.to).toEqual([identifier]);
});

test('G16: requests for mails are throttled by network, with the time to wait', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_THROTTLE_CLIENT: '2/15m' });
  const ask = () => new Browser(server).fill('/forgot-password', { identifier });
  expect([(await ask()).status, (await ask()).status]).toEqual([303, 303]);
  const refused = await ask();
  expect([refused.status, refused.alert]).toEqual([
    429,
    'There were too many attempts. Try again in 15 minutes.',
  ]);
  expect(refused.headers['retry-after']).toMatch(/^[89]\d\d$/);
});

test('an address is confirmed with the code of its mail, in any browser, once', async () => {
  const { server, browser, code } = await arrived();
  expect((await browser.open('/account')).words).toContain('not confirmed');
  const stranger = new Browser(server);
  const sent = await stranger.fill('/verify-email', { code });
  expect([sent.status, sent.location]).toEqual([303, 'sign-in?done=email_verified']);
  expect((await stranger.follow(sent)).notice).toBe('The e-mail address is confirmed.');
  expect((await browser.open('/account')).words).not.toContain('not confirmed');
  const twice = await browser.fill('/verify-email', { code });
  expect([twice.status, twice.problems]).toEqual([400, { code: expect.stringContaining('not valid') }]);
});

test('a signed-in person is led back to the account after confirming the address', async () => {
  const { browser, code } = await arrived();
  const sent = await browser.fill('/verify-email', { code });
  expect([sent.status, sent.location]).toEqual([303, 'account?done=email_verified']);
  expect((await browser.follow(sent)).notice).toBe('The e-mail address is confirmed.');
});

test('L3: no GET and no HEAD of any page changes a row, uses a code up, or sets a cookie', async () => {
  const { mail, server, browser, code } = await arrived();
  const reset = await forgotten(server, mail);
  const elsewhere = await signedIn(server);
  const [other] = await query(server, 'SELECT handle FROM sessions ORDER BY created_at DESC LIMIT 1');
  const paths = [
    '/sign-in',
    '/register',
    '/sign-out',
    '/forgot-password',
    '/reset-password',
    `/reset-password?token=${reset}&code=${reset}&new_password=secret`,
    '/verify-email',
    `/verify-email?token=${code}&code=${code}`,
    '/account',
    '/account/confirm',
    `/account/confirm?password=${password}`,
    '/account/verify',
    '/account/email',
    '/account/password',
    '/account/export',
    '/account/delete',
    '/account/sessions',
    `/account/sessions/${other?.['handle']}`,
    '/account/activity',
  ];
  // The queue of mails settles.
  await expect
    .poll(async () => (await query(server, 'SELECT id FROM mails WHERE due_at IS NOT NULL')).length)
    .toBe(0);
  const before = await everything(server);
  for (const path of paths) {
    for (const client of [browser, new Browser(server)]) {
      for (const [method, headers] of [
        ['GET', {}],
        ['HEAD', {}],
        ['GET', { 'sec-purpose': 'prefetch' }],
        ['GET', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
      ] as const) {
        const answer = await client.open(path, headers, method);
        expect([path, [200, 303].includes(answer.status)]).toEqual([path, true]);
        expect([path, answer.headers['set-cookie']]).toEqual([path, undefined]);
        if (method === 'HEAD') expect([path, answer.text]).toEqual([path, '']);
      }
    }
  }
  expect(await everything(server)).toEqual(before);
  expect([await isAlive(server, browser.id), await isAlive(server, elsewhere.id)]).toEqual([true, true]);
  expect((await browser.fill('/verify-email', { code })).status).toBe(303);
  expect((await browser.fill('/reset-password', { code: reset, new_password: fresh })).status).toBe(303);
});

test('HEAD has the headers of GET on every page', async () => {
  const server = await startServer(pagesOn);
  for (const path of [
    '/sign-in',
    '/register',
    '/sign-out',
    '/forgot-password',
    '/reset-password',
    '/verify-email',
  ]) {
    const [get, head] = [
      await new Browser(server).open(path),
      await new Browser(server).open(path, {}, 'HEAD'),
    ];
    expect([path, head.status, head.text]).toEqual([path, 200, '']);
    for (const name of ['content-type', 'content-length', 'content-security-policy', 'referrer-policy'])
      expect(head.headers[name]).toBe(get.headers[name]);
  }
});

test('L3: a page that takes a code loads one script, from a file, that sends nothing', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_REGISTRATION: 'invite' });
  const scripts = new Set<string>();
  for (const path of ['/register', '/reset-password', '/verify-email']) {
    const { text, headers } = await new Browser(server).open(path);
    scripts.add(String(/<script src="([^"]*)" defer><\/script>/.exec(text)?.[1]));
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
  }
  const [script] = scripts;
  expect([scripts.size, script]).toEqual([1, expect.stringMatching(/^pages\/fragment-[\w-]{12}\.js$/)]);
  const { status, text, headers } = await new Browser(server).open(`/${script}`);
  expect([status, headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(text).not.toMatch(/fetch|XMLHttp|submit|innerHTML|eval|cookie|storage/i);
  for (const path of ['/sign-in', '/sign-out', '/forgot-password'])
    expect((await new Browser(server).open(path)).text).not.toContain('<script');
});
