/** The pages below a base path: every link, form, redirect and file stays there (ruling W6). */

import { expect, test } from 'vitest';
import { Browser, below, pagesOn, type Sent } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';

/** Opens all that pages lead to, beginning with one; returns the paths and their statuses. */
async function crawled(browser: Browser, start: string): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    const page = await browser.open(path);
    seen.set(path, page.status);
    const onward = [...page.links, ...page.forms.map(({ action }) => action), page.location ?? path];
    waiting.push(...onward.map((link) => below(path, link)));
  }
  return seen;
}

test.each(['', '/id', '/a/b-c'])(
  'W6: with the base path "%s" whatever the pages lead to is there',
  async (base) => {
    const server = await startServer({
      ...pagesOn,
      GATEHOUSE_BASE_PATH: base,
      GATEHOUSE_FRONT_PAGE: 'off',
    });
    const browser = new Browser(server);
    const stranger = await crawled(browser, `${base}/sign-in`);
    for (const page of ['sign-in', 'register', 'forgot-password', 'reset-password'])
      expect([page, stranger.get(`${base}/${page}`)]).toEqual([page, 200]);
    const registered = await browser.fill(`${base}/register`, { identifier, password });
    const account = await browser.follow(registered);
    expect([account.at, account.status]).toEqual([`${base}/account`, 200]);
    const own = await crawled(browser, account.at);
    for (const [path, status] of [...stranger, ...own]) {
      expect([path, path.startsWith(`${base}/`)]).toEqual([path, true]);
      // A form that is opened like a page leads back to its page.
      expect([path, [200, 303].includes(status)]).toEqual([path, true]);
    }
    expect([...own.keys()].filter((path) => path.startsWith(`${base}/account/`)).length).toBeGreaterThan(5);
    expect([...own.keys()].filter((path) => path.startsWith(`${base}/pages/`)).length).toBeGreaterThan(1);
  },
);

test('W6: every post below a base path leads to a page that is there', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_BASE_PATH: '/id' });
  const browser = new Browser(server);
  const arrive = async (sent: Sent) => {
    const page = await browser.follow(sent);
    expect([page.at, page.status]).toEqual([expect.stringMatching(/^\/id\//), 200]);
    return page;
  };
  await arrive(await browser.fill('/id/register', { identifier, password }));
  const replaced = { password, new_password: 'a whole new one' };
  await arrive(await browser.fill('/id/account', replaced, 'account/password'));
  await arrive(await browser.fill('/id/account/confirm', { password: 'a whole new one' }));
  await arrive(await browser.fill('/id/account', {}, 'account/verify'));
  const change = { identifier: 'new@example.com', password: 'a whole new one' };
  await arrive(await browser.fill('/id/account', change, 'account/email'));
  await arrive(await browser.fill('/id/account/sessions', {}, '../account/sessions'));
  await arrive(await browser.fill('/id/forgot-password', { identifier }));
  const [own] = (await browser.open('/id/account')).forms.filter(({ action }) =>
    action.startsWith('account/sessions/'),
  );
  await arrive(await browser.fill('/id/account', {}, String(own?.action)));
  expect(browser.id).toBe('');
  await arrive(await browser.fill('/id/sign-in', { identifier, password: 'a whole new one' }));
  await arrive(await browser.fill('/id/sign-out'));
  await arrive(await browser.fill('/id/sign-in', { identifier, password: 'a whole new one' }));
  await arrive(await browser.fill('/id/account', { password: 'a whole new one' }, 'account/delete'));
});

test('W6: outside the base path there are no pages', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_BASE_PATH: '/id' });
  for (const path of [
    '/sign-in',
    '/account',
    '/id',
    '/ids/sign-in',
    '/id//sign-in',
    '/id/sign-in/',
    '/id/id/sign-in',
  ])
    expect([path, (await new Browser(server).open(path)).status]).toEqual([path, 404]);
});

test('G11: no other spelling of a path is a page', async () => {
  const server = await startServer(pagesOn);
  const browser = new Browser(server);
  for (const path of [
    '//sign-in',
    '/sign-in/',
    '/Sign-In',
    '/sign%2Din',
    '/sign-in;x',
    '/sign-in.html',
    '/./sign-in',
    '/x/../sign-in',
    '/account/',
    '/account//sessions',
    '/account/sessions/',
    '/account/sessions/A',
    '/account/sessions/a/b',
    '/account/nothing',
    '/pages/',
    '/pages/style.css',
  ]) {
    const page = await browser.open(path);
    expect([path, page.status, page.headers['set-cookie']]).toEqual([path, 404, undefined]);
    expect([path, (await browser.post(path, { identifier, password })).status]).toEqual([path, 404]);
  }
});

test('G7: an unknown path below the account is a page whose links lead back', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_BASE_PATH: '/id' });
  for (const path of ['/id/account/', '/id/account/nothing', '/id/account/a/b']) {
    const page = await new Browser(server).open(path);
    expect([path, page.status]).toEqual([path, 404]);
    expect(page.alert).toBe('There is no page at this address.');
    for (const link of page.links) {
      const linked = await new Browser(server).open(below(path, link));
      expect([link, linked.status]).toEqual([link, 200]);
    }
  }
  // The way back does not grow with the path.
  const deep = await new Browser(server).open(`/id/account${'/'.repeat(8_000)}`);
  expect([deep.status, deep.text.length < 4_000]).toEqual([404, true]);
});
