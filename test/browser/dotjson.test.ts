/** The JavaScript client of `dotjson` works in a browser, with the cookie it knows (rulings W1, D5 and D7). */

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type AtEnd, launch, newPage, program, shared, where } from '../support/browser/chromium.ts';
import { isAlive, newAccount, newSession, password, startBehind } from '../support/browser/gatehouse.ts';
import { ask, fill, post, press } from '../support/browser/page.ts';
import { type Action, startSite } from '../support/browser/site.ts';

const logoutPath = '/logout.json';

/** An application that logs a person in itself, and hands the browser a cookie of the name it knows. */
const logIn: Action = async (target, body) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${target}/login.json`, { method: 'POST', headers, body });
  const { id } = (await answer.json()) as { id: string };
  return { cookie: `session=${id}; Path=/; HttpOnly`, body: { id } };
};

async function start(atEnd: AtEnd) {
  const sites = [
    await startSite({ actions: { '/application/login': logIn }, atEnd }),
    await startSite({ scheme: 'https', atEnd }),
    await startSite({ atEnd }),
  ] as const;
  const [plain, tls, lenient] = sites;
  const gatehouse = await startBehind([plain, tls], {}, atEnd);
  await startBehind([lenient], { GATEHOUSE_DOTJSON_STATUS: 'ok' }, atEnd);
  return { plain, tls, lenient, gatehouse, browser: await launch(atEnd) };
}

/** The cookies a browser keeps, by name. */
async function jar(page: Page): Promise<Record<string, string>> {
  const cookies = await page.context().cookies();
  return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
}

const newName = () => `user_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);

  /** The client on a page of its own, with the account filled in. */
  async function client(origin: string, username: string): Promise<Page> {
    const page = await newPage(ground().browser);
    await page.goto(`${origin}/app/dotjson.html`);
    await fill(page, { username, password });
    return page;
  }

  test('W1: a page registers, logs in with our cookie, and logs out by ?s= or by the cookie', async () => {
    const { gatehouse, plain } = ground();
    const username = newName();
    const page = await client(plain.at('localhost'), username);
    expect(await press(page, 'Register')).toBe(`Registered ${username}`);
    expect(await press(page, 'Register')).toBe('Failed: User already exists');
    for (const button of ['Log out by id', 'Log out']) {
      const id = (await press(page, 'Log in')).replace('Logged in: ', '');
      expect((await jar(page))['session_id']).toBe(id);
      expect(await isAlive(gatehouse, id)).toBe(true);
      expect(await press(page, button)).toBe('Logged out: true');
      expect(await isAlive(gatehouse, id)).toBe(false);
      // The cookie named the session that ended, so it is gone.
      expect(await jar(page)).not.toHaveProperty('session_id');
      expect(await press(page, button)).toBe('Failed: No session');
    }
  });

  test('D7: a page that keeps the id in a cookie of its own, named session, logs out with it', async () => {
    const { gatehouse, plain } = ground();
    const username = await newAccount(gatehouse);
    const page = await client(plain.at('localhost'), username);
    const id = (await press(page, 'Log in and keep the session')).replace('Logged in: ', '');
    expect(await jar(page)).toEqual({ session: id });
    // Nothing else reads the name.
    expect(await ask(page, '/auth/session')).toMatchObject({ status: 401 });
    expect(await ask(page, '/auth/logout', { method: 'POST' })).toMatchObject({ status: 204 });
    expect(await isAlive(gatehouse, id)).toBe(true);
    expect(await press(page, 'Log out')).toBe('Logged out: true');
    expect(plain.latest('POST', logoutPath).headers.cookie).toBe(`session=${id}`);
    expect(await isAlive(gatehouse, id)).toBe(false);
    expect(await press(page, 'Log out')).toBe('Failed: No session');
  });

  test('D7: a page logs out with the cookie named session that its application has set', async () => {
    const { gatehouse, plain } = ground();
    const username = await newAccount(gatehouse);
    const page = await client(plain.at('localhost'), username);
    await post(page, '/application/login', { username, password });
    const { session: id = '' } = await jar(page);
    expect(await isAlive(gatehouse, id)).toBe(true);
    expect(await press(page, 'Log out')).toBe('Logged out: true');
    expect(await isAlive(gatehouse, id)).toBe(false);
  });

  test('D7: beside session_id a cookie named session is ignored, whatever its value', async () => {
    const { gatehouse, plain } = ground();
    const username = await newAccount(gatehouse);
    const other = await newSession(gatehouse, username);
    const page = await client(plain.at('localhost'), username);
    for (const foreign of [other, 'a'.repeat(26), 'cart-17', '']) {
      const id = (await press(page, 'Log in')).replace('Logged in: ', '');
      await page.evaluate(`document.cookie = 'session=${foreign}; path=/'`);
      expect(await press(page, 'Log out'), foreign).toBe('Logged out: true');
      expect(plain.latest('POST', logoutPath).headers.cookie).toContain(`session=${foreign}`);
      expect([await isAlive(gatehouse, id), await isAlive(gatehouse, other)]).toEqual([false, true]);
      // It belongs to another application, so it stays.
      expect((await jar(page))['session']).toBe(foreign);
    }
  });

  test('D7: a cookie named session that is not shaped like an id is no session', async () => {
    const { gatehouse, plain } = ground();
    const page = await client(plain.at('localhost'), await newAccount(gatehouse));
    for (const foreign of ['cart-17', 'a'.repeat(37), '']) {
      await page.evaluate(`document.cookie = 'session=${foreign}; path=/'`);
      expect(await press(page, 'Log out'), foreign).toBe('Failed: No session');
    }
  });

  test('D7: a cookie that a sibling has planted ends no session but that of the planter', async () => {
    const { gatehouse, tls } = ground();
    const [username, planter] = [await newAccount(gatehouse), await newAccount(gatehouse)];
    const planted = await newSession(gatehouse, planter);
    const page = await client(tls.at('www.example.com'), username);
    const id = (await press(page, 'Log in')).replace('Logged in: ', '');
    await page.goto(`${tls.at('elsewhere.example.com')}/app/blank.html`);
    await page.evaluate(`document.cookie = 'session=${planted}; domain=example.com; path=/'`);
    await page.goto(`${tls.at('www.example.com')}/app/dotjson.html`);
    expect(await press(page, 'Log out')).toBe('Logged out: true');
    expect(tls.latest('POST', logoutPath).headers.cookie).toContain(`session=${planted}`);
    expect([await isAlive(gatehouse, id), await isAlive(gatehouse, planted)]).toEqual([false, true]);
    // Without a session of one's own it ends the planter's.
    expect(await press(page, 'Log out')).toBe('Logged out: true');
    expect(await isAlive(gatehouse, planted)).toBe(false);
  });

  test('D7: a form of another site is refused, although the browser sends a new cookie named session', async () => {
    const { gatehouse, tls } = ground();
    const username = await newAccount(gatehouse);
    const page = await client(tls.at('www.example.com'), username);
    const id = (await press(page, 'Log in and keep the session')).replace('Logged in: ', '');
    const to = encodeURIComponent(tls.at('www.example.com') + logoutPath);
    await page.goto(`${tls.at('elsewhere.example')}/app/form.html?to=${to}`);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL((url) => url.pathname === logoutPath);
    const { headers, status } = tls.latest('POST', logoutPath);
    // A cookie without SameSite is sent along with a form for its first two minutes.
    expect(headers.cookie).toBe(`session=${id}`);
    expect([headers['sec-fetch-site'], status]).toEqual(['cross-site', 403]);
    expect(await isAlive(gatehouse, id)).toBe(true);
  });

  test('G8: with refusals answered by 200 this client takes them for successes', async () => {
    const { plain, lenient } = ground();
    const username = newName();
    const strict = await client(plain.at('localhost'), username);
    expect(await press(strict, 'Log in')).toBe('Failed: User does not exist');
    expect(await press(strict, 'Log out')).toBe('Failed: No session');
    const deceived = await client(lenient.at('localhost'), username);
    expect(await press(deceived, 'Log in')).toBe('Logged in: undefined');
    expect(await press(deceived, 'Log out')).toBe('Logged out: undefined');
  });
});
