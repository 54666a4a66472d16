/** Whose session a page is in: by the cookie alone, and not after its end (rulings G14 and P4). */

import { expect, test } from 'vitest';
import { countRows } from '../support/database.ts';
import { Browser, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
/** The fields of a line that a test compares. */
type Line = Readonly<Record<'event' | 'outcome' | 'userId', unknown>>;

const fresh = 'a whole new one';
async function start(environment: Record<string, string> = {}) {
  const server = await startServer({ ...pagesOn, ...environment });
  return { server, browser: await newcomer(server) };
}

test('G14: with two different cookies there is no session, with one twice there is', async () => {
  const { server, browser } = await start();
  const other = await signedIn(server);
  const ask = async (...ids: string[]) => {
    const cookie = ids.map((id) => `session_id=${id}`).join('; ');
    const [get, post] = [
      await new Browser(server).open('/account', { cookie }),
      await new Browser(server).post('/account/sessions', {}, { cookie }),
    ];
    return [get.status, post.status];
  };
  expect(await ask(browser.id, other.id)).toEqual([303, 401]);
  expect(await ask(browser.id, 'planted')).toEqual([303, 401]);
  expect(await ask('x'.repeat(4_000))).toEqual([303, 401]);
  expect([await isAlive(server, browser.id), await isAlive(server, other.id)]).toEqual([true, true]);
  expect(await ask(browser.id, browser.id)).toEqual([200, 303]);
});

test('pages know people by their cookie, and by no other header', async () => {
  const { server, browser } = await start();
  for (const headers of [{ 'x-session-id': browser.id }, { authorization: `Bearer ${browser.id}` }]) {
    const page = await new Browser(server).open('/account', headers);
    expect([page.status, page.location]).toEqual([303, 'sign-in?return_to=account']);
    expect((await new Browser(server).post('/account/delete', { password }, headers)).status).toBe(401);
  }
  expect((await new Browser(server).open(`/account?s=${browser.id}`)).status).toBe(303);
});

test('a form that was open when the session ended gets a page that says so, and does nothing', async () => {
  const { server, browser } = await start();
  const account = await browser.open('/account');
  const { id } = browser;
  await browser.submit(await browser.open('/account'), {}, 'sign-out');
  for (const [action, fields] of [
    ['account/verify', {}],
    ['account/password', { password, new_password: fresh }],
    ['account/delete', { password }],
    ['account/export', {}],
    ['account/sessions', {}],
  ] as const) {
    const [form] = account.forms.filter((one) => one.action === action);
    expect(form?.names ?? []).toEqual(Object.keys(fields));
    for (const headers of [{}, { cookie: `session_id=${id}` }]) {
      const refused = await browser.post(`/${action}`, fields, headers);
      expect([action, refused.status, refused.location]).toEqual([action, 401, undefined]);
      expect([refused.alert, refused.links.includes('../sign-in')]).toEqual(['You are not signed in.', true]);
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
  }
  expect(await countRows(server, 'auth')).toBe(1);
});

test('of two deletions at once one is done, and the other finds no session', async () => {
  const { server, browser } = await start();
  const cookie = `session_id=${browser.id}`;
  const sent = await Promise.all(
    [1, 2].map(() => new Browser(server).post('/account/delete', { password }, { cookie })),
  );
  expect(sent.map(({ status }) => status).toSorted()).toEqual([303, 401]);
  const [late] = sent.filter(({ status }) => status === 401);
  expect(late?.alert).toBe('You are not signed in.');
  expect(await countRows(server, 'auth')).toBe(0);
});

test('P4: every refusal of a page leaves one line in the log', async () => {
  const { server, browser } = await start();
  const since = server.log.length;
  const stranger = new Browser(server);
  await stranger.post('/account/delete', { password });
  await stranger.post('/sign-in', {});
  await stranger.post('/sign-in', { identifier: 'eve', password });
  await browser.post('/account/confirm', {});
  await browser.post('/account/confirm', { password: 'not my password' });
  await browser.post('/account/password', { password, new_password: 'short' });
  await browser.post('/account/sessions/nothing', {});
  await browser.open('/account/activity?before=x');
  await stranger.post(
    '/sign-in',
    { identifier, password },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  );
  const lines = server.log
    .slice(since)
    .flatMap(({ entry }) => (entry['audit'] ? [entry['audit'] as Line] : []));
  expect(lines.map(({ event, outcome, userId }) => [event, outcome, userId !== undefined])).toEqual([
    ['refusal', 'no_session', false],
    ['refusal', 'missing_field', false],
    ['login', 'unknown_account', false],
    ['refusal', 'missing_field', true],
    ['confirm', 'wrong_password', true],
    ['password_change', 'password_too_short', false],
    ['logout', 'unknown_session', true],
    ['refusal', 'malformed_query', true],
    ['refusal', 'cross_site', false],
  ]);
});
