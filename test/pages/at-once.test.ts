/** Methods and paths that no form has, forms that are sent twice, and ids that clients bring (rulings G8 and G11). */

import { beforeEach, expect, test } from 'vitest';
import { sendExactly } from '../support/client.ts';
import { rowsOf } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { contentOf, everything, forms } from '../support/page-forms.ts';
import {
  Browser,
  expectHeaders,
  firefox,
  formType,
  handleOf,
  newcomer,
  pagesOn,
  signedIn,
} from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { sharedServer, startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';

const shared = sharedServer({ ...pagesOn, GATEHOUSE_THROTTLE: 'off', GATEHOUSE_ALLOWED_ORIGINS: allowed });
let browser: Browser;
beforeEach(async () => {
  const server = shared();
  browser ??= await newcomer(server);
});

const state = () => contentOf(shared());

const all = new URLSearchParams(everything).toString();

test('G8: other methods are 405 with Allow and a page, and do nothing', async () => {
  const before = await state();
  for (const path of [...forms, '/account', '/account/activity'])
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const headers = { 'content-type': formType, cookie: `session_id=${browser.id}` };
      const answer = await sendExactly(shared().url, { method, path, headers, body: all });
      const allow = ['/account', '/account/activity'].includes(path) ? 'GET, HEAD' : 'GET, HEAD, POST';
      expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, allow]);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expectHeaders(answer);
    }
  for (const path of ['/account', '/account/activity'])
    expect([path, (await browser.post(path, everything)).status]).toEqual([path, 405]);
  expect(await state()).toEqual(before);
});

test('a handle is lower-case letters and digits; whatever else stands there is an unknown path', async () => {
  const own = await handleOf(shared(), browser);
  for (const handle of [
    'A',
    own.toUpperCase(),
    '%61',
    `${own}/`,
    `${own}/x`,
    '..',
    '.',
    ' ',
    '*',
    `${own};x`,
    `${own}%00`,
  ]) {
    const path = `/account/sessions/${handle}`;
    if (handle === ' ') continue;
    expect([path, (await browser.post(path, {})).status]).toEqual([path, 404]);
  }
  // A long one, one of nothing, and names of objects are no sessions.
  for (const handle of ['x'.repeat(10_000), 'undefined', 'null', 'constructor', '0'])
    expect([handle.length, (await browser.post(`/account/sessions/${handle}`, {})).status]).toEqual([
      handle.length,
      404,
    ]);
  expect(
    (await browser.post(`/account/sessions/${own}?all=true`, { all: 'true' }, { cookie: 'session_id=x' }))
      .status,
  ).toBe(401);
  expect(await isAlive(shared(), browser.id)).toBe(true);
});

test('two sign-ins at once make two sessions, two registrations one account', async () => {
  const server = await startServer(pagesOn);
  const twice = (path: string, fields: Record<string, string>) =>
    Promise.all([1, 2].map(() => new Browser(server).post(path, fields)));
  const registered = await twice('/register', { identifier, password });
  expect(registered.map(({ status }) => status).toSorted()).toEqual([303, 409]);
  const [taken] = registered.filter(({ status }) => status === 409);
  expect(taken?.problems).toEqual({
    identifier: expect.stringContaining('There is an account with this name.'),
  });
  const entered = await twice('/sign-in', { identifier, password });
  expect(entered.map(({ status }) => status)).toEqual([303, 303]);
  expect(new Set(entered.map(({ cookie }) => cookie)).size).toBe(2);
  expect((await rowsOf(server, 'sessions')).length).toBe(3);
});

test('of several resets, and of several confirmations of an address, with one code exactly one wins', async () => {
  const mail = await startMailServer();
  const server = await startServer({ ...pagesOn, ...mailingTo(mail) });
  await newcomer(server);
  const [{ token: verification } = { token: '' }] = await mail.taken(1);
  await new Browser(server).fill('/forgot-password', { identifier });
  const [{ token: code } = { token: '' }] = await mail.taken(1);
  const words = ['the first new one', 'the second new one', 'the third new one', 'the fourth new one'];
  const verified = await Promise.all(
    words.map(() => new Browser(server).post('/verify-email', { code: verification })),
  );
  expect(verified.map(({ status }) => status).toSorted()).toEqual([303, 400, 400, 400]);
  const answers = await Promise.all(
    words.map((word) => new Browser(server).post('/reset-password', { code, new_password: word })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400, 400, 400]);
  const won = words[answers.findIndex(({ status }) => status === 303)];
  for (const word of words) {
    const sent = await new Browser(server).post('/sign-in', { identifier, password: word });
    expect([word, sent.status]).toEqual([word, word === won ? 303 : 401]);
  }
});

test('a session id that a client brings is never taken over', async () => {
  const planted = 'p'.repeat(26);
  const client = new Browser(shared());
  for (const cookie of [`session_id=${planted}`, `session_id=${planted}; session_id=${'q'.repeat(26)}`]) {
    const sent = await client.post('/sign-in', { identifier, password, session_id: planted }, { cookie });
    expect([sent.status, sent.cookie]).toEqual([303, expect.stringMatching(/^[a-z0-9]{26}$/)]);
    expect(sent.cookie).not.toBe(planted);
  }
  expect(await isAlive(shared(), planted)).toBe(false);
});

test('the pages work with no header of a browser at all', async () => {
  const bare = {
    'user-agent': '',
    origin: '',
    'sec-fetch-site': '',
    'sec-fetch-mode': '',
    'sec-fetch-dest': '',
  };
  const client = new Browser(shared(), bare);
  const sent = await client.post('/sign-in', { identifier, password }, bare);
  expect([sent.status, sent.location]).toEqual([303, 'account']);
  const page = await client.open('/account', { 'user-agent': '' });
  expect([page.status, page.words.includes('Unknown device')]).toEqual([200, true]);
  expect((await signedIn(shared(), identifier, { 'user-agent': firefox })).id).not.toBe('');
});
