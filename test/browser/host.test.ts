/** What a proxy does with `Host` decides about pages whose browser does not say where they are (rulings G13 and W4). */

import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AtEnd, launch, newPage, program, shared, where } from '../support/browser/chromium.ts';
import { isAlive, newAccount, password, startBehind } from '../support/browser/gatehouse.ts';
import { ask, fill, post, press } from '../support/browser/page.ts';
import { type Site, startSite } from '../support/browser/site.ts';
import { contractOf, contracts } from '../support/contracts.ts';

const name = 'auth.example.com';

async function start(atEnd: AtEnd) {
  const [passing, rewriting, listed, tls, based] = [
    await startSite({ atEnd }),
    await startSite({ host: 'rewritten', atEnd }),
    await startSite({ host: 'rewritten', atEnd }),
    await startSite({ scheme: 'https', host: 'rewritten', atEnd }),
    await startSite({ atEnd }),
  ];
  const environment = { GATEHOUSE_ALLOWED_ORIGINS: listed.at(name) };
  return {
    passing,
    rewriting,
    listed,
    tls,
    based,
    gatehouse: await startBehind([passing, rewriting, tls], {}, atEnd),
    listing: await startBehind([listed], environment, atEnd),
    browser: await launch(atEnd),
  };
}

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);

  async function open(site: Site, host: string, path = 'blank.html'): Promise<Page> {
    const page = await newPage(ground().browser);
    await page.goto(`${site.at(host)}/app/${path}`);
    return page;
  }

  test('W4: a page without TLS behind a proxy that rewrites Host gets the remedy, and so does the log', async () => {
    const { rewriting, gatehouse } = ground();
    const username = await newAccount(gatehouse);
    const page = await open(rewriting, name);
    const origin = rewriting.at(name);
    for (const { loginPath, field } of contracts) {
      const answer = await post(page, loginPath, { [field]: username, password });
      const { headers } = rewriting.latest('POST', loginPath);
      expect(headers).not.toHaveProperty('sec-fetch-site');
      expect(headers.origin).toBe(origin);
      expect(answer).toMatchObject({ status: 403 });
      const { error, detail } = JSON.parse('text' in answer ? answer.text : '{}');
      const sentence = contractOf(loginPath).name === 'rest' ? detail : error;
      expect(sentence).toMatch(/GATEHOUSE_ALLOWED_ORIGINS.*\bHost\b/s);
      const told = { origin, host: new URL(gatehouse.url).host, secFetchSite: null, path: loginPath };
      await expect.poll(() => gatehouse.log).toContainEqual(expect.objectContaining(told));
    }
    expect(await page.context().cookies()).toEqual([]);
  });

  test('W4: the same page works once its origin is on the list, or once the proxy passes Host on', async () => {
    const { listed, listing, passing, gatehouse } = ground();
    for (const [site, server] of [
      [listed, listing],
      [passing, gatehouse],
    ] as const) {
      const username = await newAccount(server);
      const page = await open(site, name, 'envelope.html');
      await fill(page, { username, password });
      expect(await press(page, 'Log in')).toBe('Logged in');
      expect(site.latest('POST', '/api/auth/login').headers).not.toHaveProperty('sec-fetch-site');
      const id = await page.evaluate<string>(`localStorage.getItem('session')`);
      expect(await press(page, 'Log out')).toBe('Logged out');
      expect(await isAlive(server, id)).toBe(false);
    }
  });

  test('G13: over TLS and on localhost the browser says same-origin, and a rewritten Host does no harm', async () => {
    const { rewriting, tls, gatehouse } = ground();
    for (const [site, host] of [
      [tls, name],
      [rewriting, 'localhost'],
      [rewriting, 'auth.localhost'],
    ] as const) {
      const username = await newAccount(gatehouse);
      const page = await open(site, host);
      expect(await post(page, '/login.json', { username, password }), host).toMatchObject({ status: 200 });
      expect(site.latest('POST', '/login.json').headers['sec-fetch-site']).toBe('same-origin');
      expect(await ask(page, '/auth/session')).toMatchObject({ status: 200 });
    }
  });

  test('G13: a page of another host name without TLS is refused behind a proxy that passes Host on', async () => {
    const { passing, rewriting, gatehouse } = ground();
    const username = await newAccount(gatehouse);
    const { json } = await gatehouse.post('/login.json', { username, password });
    const page = await open(rewriting, 'elsewhere.example');
    const path = `/logout.json?s=${json['id']}`;
    expect(await ask(page, passing.at(name) + path, { method: 'POST' })).toHaveProperty('refused');
    const { headers, status } = passing.latest('POST', path);
    expect(headers).not.toHaveProperty('sec-fetch-site');
    expect([headers.origin, status]).toEqual([rewriting.at('elsewhere.example'), 403]);
    expect(await isAlive(gatehouse, String(json['id']))).toBe(true);
  });

  test('W6: pages reach every contract below a base path, and the cookie goes along', async () => {
    const { based } = ground();
    await startBehind([based], { GATEHOUSE_BASE_PATH: '/identity' }, onTestFinished);
    const page = await open(based, 'localhost');
    const username = `user_${crypto.randomUUID().slice(0, 8)}`;
    const person = { username, password };
    expect(await post(page, '/identity/register.json', person)).toMatchObject({ status: 200 });
    expect(await post(page, '/identity/login.json', person)).toMatchObject({ status: 200 });
    expect(await ask(page, '/identity/auth/session')).toMatchObject({ status: 200 });
    expect(await ask(page, '/identity/auth/logout', { method: 'POST' })).toMatchObject({ status: 204 });
    expect(await ask(page, '/identity/auth/session')).toMatchObject({ status: 401 });
    expect(await post(page, '/login.json', person)).toMatchObject({ status: 404 });
    expect(await ask(page, '/healthz')).toMatchObject({ status: 200 });
    const client = await open(based, 'localhost', `envelope.html?server=${based.at('localhost')}/identity`);
    await fill(client, person);
    expect(await press(client, 'Log in')).toBe('Logged in');
    expect(await press(client, 'Log out')).toBe('Logged out');
  });
});
