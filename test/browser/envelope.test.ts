/** The web client of `envelope` works in a browser: behind a proxy, and from the pages of allowed origins (ruling W1). */

import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launch, newPage, program, shared, where } from '../support/browser/chromium.ts';
import { isAlive, newAccount, newSession, password, startBehind } from '../support/browser/gatehouse.ts';
import { ask, fill, post, press, refused } from '../support/browser/page.ts';
import { startSite } from '../support/browser/site.ts';

const [loginPath, logoutPath] = ['/api/auth/login', '/api/auth/logout'];

/** Origins on the list, each with the server it calls, as ports of the three sites. */
const crossings = [
  {
    from: 'another port of localhost',
    secFetchSite: 'same-site',
    page: ({ plain }: Ground) => plain.at('localhost'),
    server: ({ other }: Ground) => other.at('localhost'),
  },
  {
    from: 'another host name below localhost',
    secFetchSite: 'cross-site',
    page: ({ plain }: Ground) => plain.at('app.localhost'),
    server: ({ plain }: Ground) => plain.at('auth.localhost'),
  },
  {
    from: 'a sibling over TLS',
    secFetchSite: 'same-site',
    page: ({ tls }: Ground) => tls.at('app.example.com'),
    server: ({ tls }: Ground) => tls.at('auth.example.com'),
  },
  {
    from: 'another site over TLS',
    secFetchSite: 'cross-site',
    page: ({ tls }: Ground) => tls.at('app.example.com'),
    server: ({ tls }: Ground) => tls.at('auth.example.org'),
  },
  {
    from: 'a host name without TLS',
    // A browser sends none there.
    secFetchSite: undefined,
    page: ({ plain }: Ground) => plain.at('app.example.com'),
    server: ({ plain }: Ground) => plain.at('auth.example.com'),
  },
];

/** One of each kind: with a `Sec-Fetch-Site` that needs the list, and without one. */
const chosen = crossings.filter(({ secFetchSite }) => secFetchSite !== 'same-site').slice(1);

type Ground = Awaited<ReturnType<typeof start>>;

async function start(atEnd: Parameters<typeof launch>[0]) {
  const [plain, other, tls] = [
    await startSite({ atEnd }),
    await startSite({ atEnd }),
    await startSite({ scheme: 'https', atEnd }),
  ];
  const sites = { plain, other, tls };
  const allowed = [
    plain.at('localhost'),
    plain.at('app.localhost'),
    plain.at('app.example.com'),
    tls.at('app.example.com'),
  ];
  const environment = { GATEHOUSE_ALLOWED_ORIGINS: allowed.join(',') };
  const gatehouse = await startBehind(Object.values(sites), environment, atEnd);
  return { ...sites, gatehouse, browser: await launch(atEnd) };
}

const stored = (page: Page, name: string) => page.evaluate<string | null>(`localStorage.getItem('${name}')`);

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);

  test('W1: behind a proxy that passes Host on, a page logs in, keeps its session and logs out', async () => {
    const { gatehouse, other, browser } = ground();
    const username = await newAccount(gatehouse);
    const page = await newPage(browser);
    await page.goto(`${other.at('auth.example.com')}/app/envelope.html`);
    await fill(page, { username, password });
    expect(await press(page, 'Log in')).toBe('Logged in');
    const { headers } = other.latest('POST', loginPath);
    expect(headers.origin).toBe(other.at('auth.example.com'));
    expect(headers).not.toHaveProperty('sec-fetch-site');
    const id = String(await stored(page, 'session'));
    expect(await isAlive(gatehouse, id)).toBe(true);
    await page.reload();
    expect(await stored(page, 'session')).toBe(id);
    expect(await press(page, 'Log out')).toBe('Logged out');
    expect(await isAlive(gatehouse, id)).toBe(false);
    expect(await page.context().cookies()).toEqual([]);
  });

  test('E4: the cookie of another contract is sent along and changes nothing', async () => {
    const { gatehouse, plain, browser } = ground();
    const username = await newAccount(gatehouse);
    const page = await newPage(browser);
    await page.goto(`${plain.at('localhost')}/app/envelope.html`);
    await post(page, '/login.json', { username, password });
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'session_id');
    await fill(page, { username, password });
    await press(page, 'Log in');
    expect(await press(page, 'Log out')).toBe('Logged out');
    expect(plain.latest('POST', logoutPath).headers.cookie).toContain(`session_id=${cookie?.value}`);
    expect(plain.latest('POST', logoutPath).headers['sec-fetch-site']).toBe('same-origin');
    expect(await isAlive(gatehouse, String(cookie?.value))).toBe(true);
  });

  test.each(crossings)('W1: an allowed page logs in and out from $from', async (crossing) => {
    const { gatehouse, browser } = ground();
    const [origin, server] = [crossing.page(ground()), crossing.server(ground())];
    const username = await newAccount(gatehouse);
    const page = await newPage(browser);
    await page.goto(`${origin}/app/envelope.html?server=${server}`);
    await fill(page, { username, password });
    expect(await press(page, 'Log in')).toBe('Logged in');
    const { headers } = siteOf(server).latest('POST', loginPath);
    expect([headers.origin, headers['sec-fetch-site']]).toEqual([origin, crossing.secFetchSite]);
    const id = String(await stored(page, 'session'));
    expect(await isAlive(gatehouse, id)).toBe(true);
    expect(await press(page, 'Log out')).toBe('Logged out');
    expect(await isAlive(gatehouse, id)).toBe(false);
  });

  test.each(chosen)(
    'W1: tools that add headers to the calls do not stop a page from $from',
    async (crossing) => {
      const { gatehouse, browser } = ground();
      const [origin, server] = [crossing.page(ground()), crossing.server(ground())];
      const username = await newAccount(gatehouse);
      const page = await newPage(browser);
      await page.goto(`${origin}/app/envelope.html?tooling&server=${server}`);
      await fill(page, { username, password });
      expect(await press(page, 'Log in')).toBe('Logged in');
      expect(await press(page, 'Log out')).toBe('Logged out');
      const { headers, status } = siteOf(server).latest('OPTIONS', logoutPath);
      expect(headers['access-control-request-headers']).toBe(
        'baggage,content-type,sentry-trace,traceparent,x-requested-with',
      );
      expect(status).toBe(204);
    },
  );

  test.each(chosen)('W3: a page from $from reads a 401, a 404 and a 405 itself', async (crossing) => {
    const { browser } = ground();
    const server = crossing.server(ground());
    const page = await newPage(browser);
    await page.goto(`${crossing.page(ground())}/app/blank.html`);
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' };
    const answers = [
      [
        401,
        'Invalid username or password',
        await post(page, server + loginPath, { username: 'nobody_here', password }),
      ],
      [404, 'Session not found', await post(page, server + logoutPath, { session: 'a'.repeat(26) })],
      [404, undefined, await post(page, `${server}/api/auth/nothing`, {})],
      [404, undefined, await post(page, `${server}/nothing`, {})],
      [405, undefined, await ask(page, server + loginPath)],
      [405, undefined, await ask(page, server + loginPath, put)],
    ] as const;
    for (const [status, sentence, answer] of answers) {
      expect(answer).toMatchObject({ status, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      const { request, error } = 'text' in answer ? JSON.parse(answer.text) : {};
      if (sentence) expect([request, error]).toEqual(['requestId' in answer && answer.requestId, sentence]);
    }
  });

  test('G13: a page of an origin that is not on the list can neither call nor read', async () => {
    const { gatehouse, plain, other, tls, browser } = ground();
    const username = await newAccount(gatehouse);
    const id = await newSession(gatehouse, username);
    const strangers = [
      [other.at('localhost'), plain.at('localhost')],
      [other.at('app.localhost'), plain.at('auth.localhost')],
      [tls.at('elsewhere.example'), tls.at('auth.example.com')],
      [tls.at('app.example.com.elsewhere.example'), tls.at('auth.example.com')],
      [other.at('elsewhere.example'), plain.at('auth.example.com')],
    ] as const;
    const page = await newPage(browser);
    for (const [origin, server] of strangers) {
      const site = siteOf(server);
      await page.goto(`${origin}/app/envelope.html?server=${server}`);
      const before = site.seen.length;
      await fill(page, { username, password });
      expect(await press(page, 'Log in'), origin).toBe('Failed to fetch');
      // The preflight is refused, so the login is never sent.
      expect(site.seen.slice(before).map(({ method, status }) => [method, status])).toEqual([
        ['OPTIONS', 405],
      ]);
      // What needs no preflight arrives, and is refused.
      const simple = { method: 'POST', body: JSON.stringify({ session: id }) };
      expect(await ask(page, server + logoutPath, simple)).toEqual(refused);
      expect(site.latest('POST', logoutPath).status).toBe(403);
      expect(await ask(page, server + logoutPath, { ...simple, mode: 'no-cors' })).toEqual(refused);
      expect(site.latest('POST', logoutPath).status).toBe(403);
      expect(await ask(page, `${server}/auth/session`)).toEqual(refused);
    }
    expect(await isAlive(gatehouse, id)).toBe(true);
  });

  test('G8: the page shows the sentence of a refusal only if refusals are answered with 200', async () => {
    const { other, browser } = ground();
    const shown = async () => {
      const page = await newPage(browser);
      await page.goto(`${other.at('localhost')}/app/envelope.html`);
      await fill(page, { username: 'nobody_here', password });
      return [await press(page, 'Log in'), await press(page, 'Log out')];
    };
    expect(await shown()).toEqual([
      'Request failed with status code 401',
      'Request failed with status code 400',
    ]);
    await startBehind([other], { GATEHOUSE_ENVELOPE_STATUS: 'ok' }, onTestFinished);
    expect(await shown()).toEqual(['Invalid username or password', 'The field "session" must be a string']);
  });

  /** The site behind an address. */
  function siteOf(address: string) {
    const { plain, other, tls } = ground();
    const port = new URL(address).port;
    const found = [plain, other, tls].find((site) => new URL(site.at('localhost')).port === port);
    if (!found) throw new Error(`There is no site behind ${address}.`);
    return found;
  }
});
