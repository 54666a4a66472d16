/** The page of the account: its forms, the password in between, and the end of it (rulings P5 to P7). */

import { expect, test } from 'vitest';
import { countRows } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { Browser, handleOf, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const fresh = 'a whole new one';
const elevenMinutes = 11 * 60_000;

async function start(environment: Record<string, string> = {}) {
  const server = await startServer({ ...pagesOn, ...environment });
  return { server, browser: await newcomer(server) };
}

test('the page shows the name, the address, the sessions and what happened', async () => {
  // On PostgreSQL there are no authenticator apps without a key (ruling F3).
  const { server, browser } = await start({ GATEHOUSE_SECRET_KEY: 'ab'.repeat(32) });
  await signedIn(server, identifier, { 'user-agent': 'unknown' });
  const { words, links, forms } = await browser.open('/account');
  for (const text of [
    identifier,
    'not confirmed',
    'Firefox on Linux',
    'Unknown device',
    'This browser',
    'Network 127.0.0.1',
  ])
    expect(words).toContain(text);
  for (const text of ['Account made', 'Signed in']) expect(words).toContain(text);
  for (const section of ['profile', 'password', 'sessions', 'activity', 'data', 'delete'])
    expect(links).toContain(`#${section}`);
  expect(forms.map(({ action }) => action.replace(/[a-z0-9]{16,}$/, ':handle'))).toEqual([
    'sign-out',
    'account/verify',
    'account/email',
    'account/password',
    'account/authenticator',
    'account/sessions/:handle',
    'account/sessions/:handle',
    'account/sessions',
    'account/export',
    'account/delete',
  ]);
  expect(forms[0]?.values).toEqual({});
});

test('P5: after ten minutes every form that needs it is replaced by the way to confirm the password', async () => {
  const { server, browser } = await start();
  const other = await signedIn(server);
  server.advance(elevenMinutes);
  const before = browser.id;
  const { forms, links } = await browser.open('/account');
  const actions = forms.map(({ action }) => action);
  for (const gone of ['account/email', 'account/password', 'account/export', 'account/delete'])
    expect(actions).not.toContain(gone);
  for (const section of ['profile', 'password', 'data', 'delete'])
    expect(links).toContain(`account/confirm?section=${section}`);
  const handle = await handleOf(server, other);
  for (const [path, fields, section] of [
    ['/account/email', { identifier: 'new@example.com', password }, 'profile'],
    ['/account/password', { password, new_password: fresh }, 'password'],
    ['/account/export', {}, 'data'],
    ['/account/delete', { password }, 'delete'],
    ['/account/sessions', {}, 'sessions'],
    [`/account/sessions/${handle}`, {}, 'sessions'],
  ] as const) {
    const asked = await browser.post(path, fields);
    expect([path, asked.status]).toEqual([path, 403]);
    expect(asked.words).toContain('Confirm your password');
    // Its form leads back to the part of the page that it came from, and has nothing of what was typed.
    const [form] = asked.forms.filter(({ action }) => action.endsWith('account/confirm'));
    expect(form?.values).toEqual({ section, password: '' });
    expect(asked.text).not.toContain('new@example.com');
  }
  expect(await isAlive(server, other.id)).toBe(true);
  const wrong = await browser.fill('/account/confirm?section=delete', { password: 'not my password' });
  expect([wrong.status, wrong.problems]).toEqual([403, { password: 'This is not the current password.' }]);
  const empty = await browser.submit(wrong, {}, '../account/confirm');
  expect([empty.status, empty.problems]).toEqual([400, { password: 'Fill in the password.' }]);
  expect(empty.forms.at(-1)?.values).toEqual({ section: 'delete', password: '' });
  const confirmed = await browser.submit(empty, { password }, '../account/confirm');
  expect([confirmed.status, confirmed.location]).toEqual([303, '../account?done=confirmed#delete']);
  // The session goes on under a new id.
  expect([browser.id === before, await isAlive(server, before), await isAlive(server, browser.id)]).toEqual([
    false,
    false,
    true,
  ]);
  const account = await browser.follow(confirmed);
  expect(account.notice).toContain('Your password is confirmed.');
  expect(account.forms.map(({ action }) => action)).toContain('account/delete');
});

test('P7: a new password ends all other sessions, and this one goes on under a new id', async () => {
  const { server, browser } = await start();
  const other = await signedIn(server);
  const before = browser.id;
  const account = await browser.open('/account');
  const sent = await browser.submit(account, { password, new_password: fresh }, 'account/password');
  expect([sent.status, sent.location]).toEqual([303, '../account?done=password_changed#password']);
  expect((await browser.follow(sent)).notice).toContain('The password is changed');
  expect(await Promise.all([before, other.id, browser.id].map((id) => isAlive(server, id)))).toEqual([
    false,
    false,
    true,
  ]);
  expect((await new Browser(server).fill('/sign-in', { identifier, password })).status).toBe(401);
  expect((await new Browser(server).fill('/sign-in', { identifier, password: fresh })).status).toBe(303);
});

test.each([
  [
    { password: 'not my password', new_password: fresh },
    403,
    { 'change-password': 'This is not the current password.' },
  ],
  [
    { password, new_password: 'short' },
    422,
    { 'change-new_password': 'The password must have at least 8 characters.' },
  ],
  [{ password, new_password: '' }, 400, { 'change-new_password': 'Choose a new password.' }],
  [
    { password: '', new_password: '' },
    400,
    { 'change-password': 'Fill in the password.', 'change-new_password': 'Choose a new password.' },
  ],
])(
  'a change of the password to %j is %i, with its reason beside the field',
  async (fields, status, problems) => {
    const { server, browser } = await start();
    const before = browser.id;
    const refused = await browser.submit(await browser.open('/account'), fields, 'account/password');
    expect([refused.status, refused.problems, refused.alert]).toEqual([status, problems, '']);
    expect(refused.text).toContain('<details open>');
    for (const word of Object.values(fields)) expect(refused.text).not.toContain(`value="${word}" `);
    expect([browser.id, await isAlive(server, before)]).toEqual([before, true]);
  },
);

test('P6, G16: wrong passwords on the page are throttled like those of a sign-in', async () => {
  const { browser } = await start({ GATEHOUSE_THROTTLE_ACCOUNT: '1/15m' });
  // Its own device has a count of its own; a stranger has not.
  expect((await browser.post('/account/confirm', { password: 'not my password' })).status).toBe(403);
  const refused = await browser.post('/account/delete', { password });
  expect([refused.status, refused.headers['retry-after']]).toEqual([
    429,
    expect.stringMatching(/^[89]\d\d$/),
  ]);
  expect(refused.alert).toBe('There were too many attempts. Try again in 15 minutes.');
});

test('the account is deleted with its password, and the cookie goes', async () => {
  const { server, browser } = await start();
  const other = await signedIn(server);
  const account = await browser.open('/account');
  const wrong = await browser.submit(account, { password: 'not my password' }, 'account/delete');
  expect([wrong.status, wrong.problems]).toEqual([
    403,
    { 'delete-password': 'This is not the current password.' },
  ]);
  const sent = await browser.submit(account, { password }, 'account/delete');
  expect([sent.status, sent.location, browser.id]).toEqual([303, '../sign-in?done=account_deleted', '']);
  expect((await browser.follow(sent)).notice).toBe('Your account is deleted.');
  expect([await countRows(server, 'auth'), await countRows(server, 'users')]).toEqual([0, 0]);
  expect((await other.open('/account')).status).toBe(303);
  expect((await new Browser(server).fill('/sign-in', { identifier, password })).status).toBe(401);
  await newcomer(server);
});

test('an address is confirmed and changed through the page', async () => {
  const mail = await startMailServer();
  const { server, browser } = await start(mailingTo(mail));
  await mail.taken(1);
  const asked = await browser.submit(await browser.open('/account'), {}, 'account/verify');
  expect([asked.status, asked.location]).toEqual([303, '../account?done=verification_sent#profile']);
  const [verify] = await mail.taken(1);
  expect((await browser.fill('/verify-email', { code: String(verify?.token) })).location).toBe(
    'account?done=email_verified',
  );
  const page = await browser.open('/account');
  expect([page.words.includes('not confirmed'), page.words.includes('confirmed')]).toEqual([false, true]);
  expect(page.forms.map(({ action }) => action)).not.toContain('account/verify');
  const again = await browser.post('/account/verify', {});
  expect([again.status, again.alert]).toEqual([409, 'There is no address to confirm.']);

  const wrong = await browser.submit(page, { identifier: 'no "address"', password }, 'account/email');
  expect([wrong.status, wrong.problems]).toEqual([
    422,
    { 'email-identifier': 'This is not an e-mail address. One looks like name@example.com.' },
  ]);
  expect(wrong.forms.find(({ action }) => action === '../account/email')?.values['identifier']).toBe(
    'no "address"',
  );
  const change = { identifier: ' New@Example.com ', password };
  const sent = await browser.submit(wrong, change, '../account/email');
  expect([sent.status, sent.location]).toEqual([303, '../account?done=change_sent#profile']);
  expect((await browser.open('/account')).words).not.toContain('New@Example.com');
  const [changing] = await mail.taken(1);
  // A mail server may take the host in any case.
  expect(changing?.to).toEqual(['New@example.com']);
  expect((await new Browser(server).fill('/verify-email', { code: String(changing?.token) })).status).toBe(
    303,
  );
  expect((await browser.open('/account')).words).toContain('New@Example.com');
});

test('a limit of mails is 429, with the time to wait', async () => {
  const mail = await startMailServer();
  const { browser } = await start(mailingTo(mail));
  const sent = [];
  for (let n = 0; n < 6; n += 1) sent.push(await browser.post('/account/verify', {}));
  const refused = sent.find(({ status }) => status !== 303);
  expect([refused?.status, refused?.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(refused?.alert).toMatch(/^There were too many attempts\. Try again in \d+ minutes\.$/);
});
