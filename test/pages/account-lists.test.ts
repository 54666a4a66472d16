/** The sessions, the activity and the export on the page of the account (rulings P5, P11 and P13). */

import { expect, test } from 'vitest';
import { sendExactly } from '../support/client.ts';
import { countRows, rowsOf } from '../support/database.ts';
import { addEntries, addSessions, storeOf } from '../support/large.ts';
import { type Browser, handleOf, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { isAlive } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const elevenMinutes = 11 * 60_000;

async function start(environment: Record<string, string> = {}) {
  const server = await startServer({ ...pagesOn, ...environment });
  return { server, browser: await newcomer(server) };
}

/** The same export for programs. */
const onJson = ({ url }: TestServer, { id }: Browser) =>
  sendExactly(url, { path: '/auth/account/export', headers: { 'x-session-id': id } });

test('a session is ended by its button: another one, one that is gone, and this one', async () => {
  const { server, browser } = await start();
  const other = await signedIn(server);
  const handle = await handleOf(server, other);
  const account = await browser.open('/account');
  const ended = await browser.submit(account, {}, `account/sessions/${handle}`);
  expect([ended.status, ended.location]).toEqual([303, '../../account?done=session_ended#sessions']);
  expect((await browser.follow(ended)).notice).toBe('The session has ended.');
  expect([await isAlive(server, other.id), await isAlive(server, browser.id)]).toEqual([false, true]);
  expect((await other.open('/account')).location).toBe('sign-in?return_to=account');
  const gone = await browser.submit(account, {}, `account/sessions/${handle}`);
  expect([gone.status, gone.alert]).toEqual([404, 'This session has ended already.']);
  const own = await browser.submit(account, {}, `account/sessions/${await handleOf(server, browser)}`);
  expect([own.status, own.location, browser.id]).toEqual([303, '../../sign-in?done=signed_out', '']);
});

test('P5: this session may be ended without confirming the password', async () => {
  const { server, browser } = await start();
  server.advance(elevenMinutes);
  const own = await browser.post(`/account/sessions/${await handleOf(server, browser)}`, {});
  expect([own.status, browser.id]).toEqual([303, '']);
});

test('the handle of another person ends nothing', async () => {
  const { server, browser } = await start();
  const eve = await newcomer(server, 'eve@example.com');
  const refused = await browser.post(`/account/sessions/${await handleOf(server, eve)}`, {});
  expect([refused.status, await isAlive(server, eve.id)]).toEqual([404, true]);
});

test('all other sessions end with one button, and those of other people stay', async () => {
  const { server, browser } = await start();
  const others = [await signedIn(server), await signedIn(server)];
  const eve = await newcomer(server, 'eve@example.com');
  for (const path of ['/account', '/account/sessions']) {
    const page = await browser.open(path);
    const [form] = page.forms.filter(({ action }) => action.endsWith('account/sessions'));
    expect((await browser.submit(page, {}, String(form?.action))).location).toBe(
      '../account?done=sessions_ended#sessions',
    );
  }
  for (const { id } of others) expect(await isAlive(server, id)).toBe(false);
  expect([await isAlive(server, browser.id), await isAlive(server, eve.id)]).toEqual([true, true]);
});

test('P13: the page shows ten sessions, and the list of all comes in pages of a hundred', async () => {
  const { server, browser } = await start({ GATEHOUSE_SESSIONS_PER_USER: '0' });
  const [user] = await rowsOf(server, 'users');
  const store = await storeOf(server);
  const buttons = async (path: string) => {
    const page = await browser.open(path);
    return {
      page,
      count: page.forms.filter(({ action }) => /account\/sessions\/[a-z0-9]+$/.test(action)).length,
    };
  };
  expect((await buttons('/account')).page.links).not.toContain('account/sessions');
  await addSessions(store, String(user?.['id']), 150, Date.now() - 3_600_000);
  const first = await buttons('/account');
  expect([first.count, first.page.links.includes('account/sessions')]).toEqual([10, true]);
  const list = await buttons('/account/sessions');
  const onward = list.page.links.filter((link) => link.startsWith('?before='));
  expect([list.count, onward.length, list.page.links.includes('?')]).toEqual([100, 1, false]);
  const rest = await buttons(`/account/sessions${onward[0]}`);
  expect([rest.count, rest.page.links.includes('?')]).toEqual([51, true]);
  expect(rest.page.links.filter((link) => link.startsWith('?before='))).toEqual([]);
  for (const query of ['?before=x', '?before=1-', '?x', '?before=1-a&before=2-b', '?before=1-%61'])
    expect([query, (await browser.open(`/account/sessions${query}`)).status]).toEqual([query, 400]);
});

test('the page shows ten entries of the activity, and the list of all comes in pages of a hundred', async () => {
  const { server, browser } = await start();
  const [user] = await rowsOf(server, 'users');
  const entries = async (path: string) => {
    const page = await browser.open(path);
    const onward = page.links.filter((link) => link.startsWith('?before='));
    return { page, onward, count: page.text.match(/<time /g)?.length };
  };
  expect((await browser.open('/account')).links).not.toContain('account/activity');
  // Two are there: the registration and its sign-in.
  const had = await countRows(server, 'audit');
  await addEntries(await storeOf(server), String(user?.['id']), 200 - had);
  await rowsOf(server, 'audit');
  const account = await browser.open('/account');
  expect([
    account.words.split('Signed in: refused').length,
    account.links.includes('account/activity'),
  ]).toEqual([11, true]);
  const first = await entries('/account/activity');
  expect([first.count, first.onward.length]).toEqual([100, 1]);
  const second = await entries(`/account/activity${first.onward[0]}`);
  expect([second.count, second.page.links.includes('?')]).toEqual([100, true]);
  expect(second.page.words).toContain('Account made');
  const third = await entries(`/account/activity${second.onward[0] ?? '?before=1'}`);
  expect([third.count, third.onward]).toEqual([undefined, []]);
  expect(third.page.words).toContain('Nothing yet.');
  for (const query of ['?before=x', '?before=', '?x', '?before=1&before=2'])
    expect([query, (await browser.open(`/account/activity${query}`)).status]).toEqual([query, 400]);
});

test('the last page of the activity does not lead on', async () => {
  const { browser } = await start();
  const { links } = await browser.open('/account/activity');
  expect(links.filter((link) => link.startsWith('?'))).toEqual([]);
});

test('P11: the export is a file, with what the JSON route has', async () => {
  const { server, browser } = await start();
  await signedIn(server);
  const page = await browser.submit(await browser.open('/account'), {}, 'account/export');
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'application/json',
    'content-disposition': 'attachment; filename="account.json"',
    'cache-control': 'no-store',
  });
  const { json } = await onJson(server, browser);
  const exported = JSON.parse(page.text);
  expect(exported.user).toEqual(json['user']);
  expect(exported.sessions).toEqual(json['sessions']);
  const activity = json['activity'] as object[];
  // Its own entry is the one that the second export has more.
  expect(exported.activity).toEqual(activity.slice(1));
});

test('P11: exports on the page and through the JSON route share their places', async () => {
  const { server, browser } = await start();
  const [user] = await rowsOf(server, 'users');
  await addEntries(await storeOf(server), String(user?.['id']), 3_000);
  const [one, two] = await Promise.all([onJson(server, browser), browser.post('/account/export', {})]);
  expect([one.status, two.status].toSorted()).toEqual([200, 503]);
  if (two.status === 503) {
    expect([two.headers['retry-after'], two.alert]).toEqual([
      '10',
      'Another export is running. Try again in a few seconds.',
    ]);
  }
  expect((await browser.post('/account/export', {})).status).toBe(200);
});
