/** What a browser does with the session cookie, and what a page of another site can do with it (rulings R3, G13 and G14). */

import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type AtEnd,
  launch,
  launchProfile,
  newPage,
  program,
  shared,
  where,
} from '../support/browser/chromium.ts';
import { isAlive, newAccount, newSession, password, startBehind } from '../support/browser/gatehouse.ts';
import { ask, post, refused } from '../support/browser/page.ts';
import { startSite } from '../support/browser/site.ts';

const [checkPath, logoutPath] = ['/auth/session', '/auth/logout'];

async function start(atEnd: AtEnd) {
  const [plain, tls, debug] = [
    await startSite({ atEnd }),
    await startSite({ scheme: 'https', atEnd }),
    await startSite({ atEnd }),
  ];
  // A page of the same site and one of another are on the list.
  const allowed = [tls.at('app.example.com'), tls.at('app.example.org')].join(',');
  const gatehouse = await startBehind([plain, tls], { GATEHOUSE_ALLOWED_ORIGINS: allowed }, atEnd);
  await startBehind([debug], { GATEHOUSE_DEBUG: 'true' }, atEnd);
  return { plain, tls, debug, gatehouse, browser: await launch(atEnd) };
}

async function cookieOf(page: Page) {
  return (await page.context().cookies()).find(({ name }) => name === 'session_id');
}

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);
  const auth = () => ground().tls.at('auth.example.com');

  /** A page of the server's own origin over TLS, signed in by cookie. */
  async function signedIn(page?: Page): Promise<{ readonly page: Page; readonly id: string }> {
    const username = await newAccount(ground().gatehouse);
    const opened = page ?? (await newPage(ground().browser));
    await opened.goto(`${auth()}/app/blank.html`);
    await post(opened, '/login.json', { username, password });
    return { page: opened, id: (await cookieOf(opened))?.value ?? '' };
  }

  test('R3: the Secure cookie works on http://localhost and over TLS, on no other host name without TLS', async () => {
    const { plain, debug, browser } = ground();
    const page = await newPage(browser);
    const register = async (origin: string) => {
      await page.context().clearCookies();
      await page.goto(`${origin}/app/blank.html`);
      const email = `${crypto.randomUUID()}@example.com`;
      expect(await post(page, '/auth/register', { email, password })).toMatchObject({ status: 201 });
      return { cookie: await cookieOf(page), check: await ask(page, checkPath) };
    };
    const attributes = { secure: true, httpOnly: true, sameSite: 'Lax', path: '/' };
    for (const origin of [plain.at('localhost'), plain.at('auth.localhost'), plain.at('127.0.0.1'), auth()]) {
      expect(await register(origin), origin).toMatchObject({ cookie: attributes, check: { status: 200 } });
    }
    const { cookie, check } = await register(plain.at('auth.example.com'));
    expect([cookie, check]).toMatchObject([undefined, { status: 401 }]);
    // Debug mode is for that.
    const lax = { ...attributes, secure: false };
    expect(await register(debug.at('auth.example.com'))).toMatchObject({
      cookie: lax,
      check: { status: 200 },
    });
  });

  test('R3: a script of the page can neither read nor overwrite the cookie; the cookie survives the end of a visit', async () => {
    const { page, id } = await signedIn();
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.evaluate(`document.cookie = 'session_id=${'a'.repeat(26)}; path=/; secure'`);
    expect((await cookieOf(page))?.value).toBe(id);
    const inThirtyDays = Date.now() / 1_000 + 2_592_000;
    expect(Math.abs(((await cookieOf(page))?.expires ?? 0) - inThirtyDays)).toBeLessThan(300);
    expect(await ask(page, logoutPath, { method: 'POST' })).toMatchObject({ status: 204 });
    expect(await cookieOf(page)).toBeUndefined();
  });

  test('R3: the cookie goes along from a page of the same site, not from one of another, both on the list', async () => {
    const { gatehouse, tls } = ground();
    const profile = await launchProfile([], onTestFinished);
    const { page, id } = await signedIn(await profile.newPage());
    // It shows that the browser does send cookies from there, if they allow it.
    const other = { name: 'other', value: '1', url: auth(), secure: true, sameSite: 'None' } as const;
    await profile.addCookies([other]);
    const include = { credentials: 'include' } as const;
    await page.goto(`${tls.at('app.example.com')}/app/blank.html`);
    expect(await ask(page, auth() + checkPath, include)).toMatchObject({ status: 200 });
    expect(tls.latest('GET', checkPath).headers['sec-fetch-site']).toBe('same-site');
    await page.goto(`${tls.at('app.example.org')}/app/blank.html`);
    expect(await ask(page, auth() + checkPath, include)).toMatchObject({ status: 401 });
    const { headers } = tls.latest('GET', checkPath);
    expect([headers['sec-fetch-site'], headers.cookie]).toEqual(['cross-site', 'other=1']);
    // It may log out, but has no session to end; and what it logs in to it cannot keep in the cookie.
    expect(await ask(page, auth() + logoutPath, { ...include, method: 'POST' })).toMatchObject({
      status: 204,
    });
    expect(await isAlive(gatehouse, id)).toBe(true);
    const body = { username: await newAccount(gatehouse), password };
    expect(await post(page, `${auth()}/login.json`, body, include)).toMatchObject({ status: 200 });
    expect((await cookieOf(page))?.value).toBe(id);
    // A user who follows a link is still signed in.
    await page.evaluate(`location.href = '${auth()}${checkPath}'`);
    await page.waitForURL(auth() + checkPath);
    expect(tls.latest('GET', checkPath)).toMatchObject({
      status: 200,
      headers: { 'sec-fetch-site': 'cross-site' },
    });
  });

  test('G13: a form of another site is refused on every contract, and the session lives on', async () => {
    const { gatehouse, tls } = ground();
    const { page, id } = await signedIn();
    for (const path of ['/api/auth/login', '/auth/login', logoutPath, '/login.json', '/logout.json']) {
      await page.goto(`${tls.at('elsewhere.example')}/app/form.html?to=${encodeURIComponent(auth() + path)}`);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL(auth() + path);
      const { headers, status } = tls.latest('POST', path);
      expect([path, headers['sec-fetch-site'], headers.cookie, status]).toEqual([
        path,
        'cross-site',
        undefined,
        403,
      ]);
    }
    expect(await isAlive(gatehouse, id)).toBe(true);
    expect((await cookieOf(page))?.value).toBe(id);
  });

  test('G13: a form of a sibling carries the cookie, is refused all the same, and the session lives on', async () => {
    const { gatehouse, tls } = ground();
    const { page, id } = await signedIn();
    for (const path of [logoutPath, '/logout.json']) {
      await page.goto(`${tls.at('shop.example.com')}/app/form.html?to=${encodeURIComponent(auth() + path)}`);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL(auth() + path);
      const { headers, status } = tls.latest('POST', path);
      expect(headers.cookie).toContain(`session_id=${id}`);
      expect([headers['sec-fetch-site'], status]).toEqual(['same-site', 403]);
      expect(await page.textContent('body')).toMatch(/GATEHOUSE_ALLOWED_ORIGINS/);
    }
    expect(await isAlive(gatehouse, id)).toBe(true);
  });

  test('G13: a script of another site ends nothing and learns nothing', async () => {
    const { gatehouse, tls } = ground();
    const { page, id } = await signedIn();
    const include = { credentials: 'include' } as const;
    for (const host of ['elsewhere.example', 'shop.example.com']) {
      await page.goto(`${tls.at(host)}/app/blank.html`);
      for (const path of [logoutPath, '/logout.json']) {
        expect(await ask(page, auth() + path, { ...include, method: 'POST' })).toEqual(refused);
        expect(tls.latest('POST', path).status).toBe(403);
      }
      expect(await ask(page, auth() + checkPath, include)).toEqual(refused);
      expect(await ask(page, auth() + checkPath, { ...include, mode: 'no-cors' })).toEqual(refused);
    }
    expect(await isAlive(gatehouse, id)).toBe(true);
  });

  test('G14: a cookie that a sibling host plants beside the session logs no one in as the planter', async () => {
    const { gatehouse, tls } = ground();
    const planted = await newSession(gatehouse, await newAccount(gatehouse));
    const { page, id } = await signedIn();
    await page.goto(`${tls.at('shop.example.com')}/app/blank.html`);
    await page.evaluate(`document.cookie = 'session_id=${planted}; domain=example.com; path=/auth; secure'`);
    await page.goto(`${auth()}/app/blank.html`);
    expect(await ask(page, checkPath)).toMatchObject({ status: 401 });
    // The longer path comes first (RFC 6265, section 5.4); their owners cannot be distinguished.
    expect(tls.latest('GET', checkPath).headers.cookie).toMatch(`session_id=${planted}; session_id=${id}`);
    expect(await ask(page, logoutPath, { method: 'POST' })).toMatchObject({ status: 204 });
    expect([await isAlive(gatehouse, id), await isAlive(gatehouse, planted)]).toEqual([false, false]);
  });
});
