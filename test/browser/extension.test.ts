/** A browser extension is a client of `rest`, with host permission for the server and without (rulings W1 and W2). */

import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AtEnd, loadsExtensions, shared, whereExtensions } from '../support/browser/chromium.ts';
import {
  launchExtensions,
  type Manifest,
  openPopup,
  originOf,
  pressed,
  type Shown,
} from '../support/browser/extension.ts';
import { isAlive, password, startBehind } from '../support/browser/gatehouse.ts';
import { ask, fill, post } from '../support/browser/page.ts';
import { type Site, startSite } from '../support/browser/site.ts';

const [registerPath, loginPath, checkPath, logoutPath] = [
  '/auth/register',
  '/auth/login',
  '/auth/session',
  '/auth/logout',
];

/** One server that has no list of origins, and one whose list has the extension without host permission. */
async function start(atEnd: AtEnd) {
  const [closed, listed] = [await startSite({ atEnd }), await startSite({ atEnd })];
  const environment = { GATEHOUSE_ALLOWED_ORIGINS: originOf('without-host-permission') };
  return {
    closed,
    listed,
    gatehouse: await startBehind([closed], {}, atEnd),
    listing: await startBehind([listed], environment, atEnd),
    context: await launchExtensions(atEnd),
  };
}

const newAddress = () => `${crypto.randomUUID()}@example.com`;

/** The headers of the latest request that say where it came from. */
function cameFrom(site: Site, method: string, path: string) {
  const { headers } = site.latest(method, path);
  return { origin: headers.origin, site: headers['sec-fetch-site'] };
}

const sessionIdIn = ({ json }: Shown) => String(json?.['session_id']);

/** The popup with its form filled in; with `worker` the service worker makes the calls. */
async function fillIn(popup: Page, server: string, email: string, worker = false): Promise<void> {
  await fill(popup, { server, email, password, confirmPassword: password });
  await popup.locator('[name="worker"]').setChecked(worker);
}

async function openFor(context: BrowserContext, manifest: Manifest): Promise<Page> {
  const popup = await openPopup(context, manifest);
  onTestFinished(() => popup.close());
  return popup;
}

test('an extension id has 32 letters from a to p, and is derived from the key in the manifest', () => {
  const [one, another] = [originOf('with-host-permission'), originOf('without-host-permission')];
  expect(one).toMatch(/^chrome-extension:\/\/[a-p]{32}$/);
  expect(another).toMatch(/^chrome-extension:\/\/[a-p]{32}$/);
  expect(one).not.toBe(another);
});

describe.skipIf(!loadsExtensions)(whereExtensions, () => {
  const ground = shared(start);

  describe('with host permission', () => {
    const manifest = 'with-host-permission';
    const origin = originOf(manifest);

    test.each([
      ['the popup', false],
      ['the service worker', true],
    ])('W1: %s registers, logs in, checks and logs out, and needs no entry', async (_caller, worker) => {
      const { context, closed, gatehouse } = ground();
      const popup = await openFor(context, manifest);
      const before = closed.seen.length;
      await fillIn(popup, closed.at('localhost'), newAddress(), worker);
      const registered = await pressed(popup, 'Register');
      expect(registered).toMatchObject({ status: 201, json: { session_id: expect.any(String) } });
      expect(cameFrom(closed, 'POST', registerPath)).toEqual({ origin, site: 'none' });
      const loggedIn = await pressed(popup, 'Log in');
      expect(loggedIn.status).toBe(200);
      expect(cameFrom(closed, 'POST', loginPath)).toEqual({ origin, site: 'none' });
      const id = sessionIdIn(loggedIn);
      expect(await pressed(popup, 'Check')).toMatchObject({ status: 200, json: { user: {}, session: {} } });
      const { headers } = closed.latest('GET', checkPath);
      expect(headers['x-session-id']).toBe(id);
      expect(headers).not.toHaveProperty('cookie');
      expect(await pressed(popup, 'Log out')).toEqual({ status: 204 });
      expect(await isAlive(gatehouse, id)).toBe(false);
      expect(await isAlive(gatehouse, sessionIdIn(registered))).toBe(true);
      expect((await pressed(popup, 'Check')).status).toBe(401);
      // Host permission stands in for CORS: the browser asks for no preflight.
      expect(closed.seen.slice(before).filter(({ method }) => method === 'OPTIONS')).toEqual([]);
    });

    test('W1: the extension reads refusals itself', async () => {
      const { context, closed } = ground();
      const popup = await openFor(context, manifest);
      const email = newAddress();
      await fillIn(popup, closed.at('localhost'), email);
      const detail = 'Invalid email or password';
      expect(await pressed(popup, 'Log in')).toMatchObject({ status: 401, json: { detail } });
      await pressed(popup, 'Register');
      const taken = { status: 409, json: { detail: 'Email already registered' } };
      expect(await pressed(popup, 'Register')).toMatchObject(taken);
    });

    test('R3: for a host of its permissions the browser keeps the SameSite=Lax cookie and sends it', async () => {
      const { context, closed, gatehouse } = ground();
      const popup = await openFor(context, manifest);
      await fillIn(popup, closed.at('localhost'), newAddress());
      await popup.locator('[name="cookies"]').check();
      const id = sessionIdIn(await pressed(popup, 'Register'));
      const [cookie] = (await context.cookies()).filter(({ name }) => name === 'session_id');
      expect(cookie).toMatchObject({ value: id, sameSite: 'Lax', httpOnly: true, secure: true });
      expect((await pressed(popup, 'Check')).status).toBe(200);
      const { headers } = closed.latest('GET', checkPath);
      expect(headers.cookie).toContain(`session_id=${id}`);
      expect(headers).not.toHaveProperty('x-session-id');
      expect(await pressed(popup, 'Log out')).toEqual({ status: 204 });
      expect(await isAlive(gatehouse, id)).toBe(false);
      expect((await context.cookies()).map(({ name }) => name)).not.toContain('session_id');
    });

    test('R3: a login without credentials leaves the session of the site alone, one with them replaces it', async () => {
      const { context, closed, gatehouse } = ground();
      const popup = await openFor(context, manifest);
      const page = await context.newPage();
      onTestFinished(() => page.close());
      const server = closed.at('localhost');
      await page.goto(`${server}/app/blank.html`);
      const cookie = async () => (await context.cookies()).find(({ name }) => name === 'session_id')?.value;
      await post(page, registerPath, { email: newAddress(), password });
      const onSite = String(await cookie());
      const email = newAddress();
      // A page behind another one is slow.
      await popup.bringToFront();
      await fillIn(popup, server, email);
      await pressed(popup, 'Register');
      expect(await pressed(popup, 'Check')).toMatchObject({ status: 200, json: { user: { email } } });
      expect(await pressed(popup, 'Log out')).toEqual({ status: 204 });
      expect([await cookie(), await isAlive(gatehouse, onSite)]).toEqual([onSite, true]);
      await popup.locator('[name="cookies"]').check();
      const id = sessionIdIn(await pressed(popup, 'Log in'));
      expect([await cookie(), await isAlive(gatehouse, onSite)]).toEqual([id, true]);
      const answer = await ask(page, checkPath);
      expect(JSON.parse('text' in answer ? answer.text : '{}')).toMatchObject({ user: { email } });
    });
  });

  describe('without host permission', () => {
    const manifest = 'without-host-permission';
    const origin = originOf(manifest);

    test.each([
      ['the popup', false],
      ['the service worker', true],
    ])('W2: %s is cross-site, and works if the list has its origin', async (_caller, worker) => {
      const { context, listed, listing } = ground();
      const popup = await openFor(context, manifest);
      await fillIn(popup, listed.at('localhost'), newAddress(), worker);
      expect((await pressed(popup, 'Register')).status).toBe(201);
      expect(cameFrom(listed, 'POST', registerPath)).toEqual({ origin, site: 'cross-site' });
      expect(listed.latest('OPTIONS', registerPath).status).toBe(204);
      const loggedIn = await pressed(popup, 'Log in');
      expect(loggedIn.status).toBe(200);
      const id = sessionIdIn(loggedIn);
      expect((await pressed(popup, 'Check')).status).toBe(200);
      expect(listed.latest('GET', checkPath).headers['x-session-id']).toBe(id);
      expect(await pressed(popup, 'Log out')).toEqual({ status: 204 });
      expect(await isAlive(listing, id)).toBe(false);
    });

    test('W2: the SameSite=Lax cookie is neither kept nor sent, so X-Session-Id carries the session', async () => {
      const { context, listed } = ground();
      const popup = await openFor(context, manifest);
      await fillIn(popup, listed.at('localhost'), newAddress());
      await popup.locator('[name="cookies"]').check();
      expect((await pressed(popup, 'Register')).status).toBe(201);
      expect(await context.cookies()).toEqual([]);
      expect((await pressed(popup, 'Check')).status).toBe(401);
      await popup.locator('[name="cookies"]').uncheck();
      expect((await pressed(popup, 'Check')).status).toBe(200);
    });

    test('W2: without an entry its calls are refused with 403, and it reads nothing', async () => {
      const { context, closed, gatehouse } = ground();
      const email = newAddress();
      const registered = await gatehouse.post('/auth/register', { email, password });
      const popup = await openFor(context, manifest);
      await fillIn(popup, closed.at('localhost'), email);
      const before = closed.seen.length;
      for (const button of ['Register', 'Log in']) {
        expect(await pressed(popup, button)).toEqual({ refused: 'TypeError: Failed to fetch' });
      }
      expect(closed.seen.slice(before).map(({ method, status }) => `${method} ${status}`)).toEqual([
        'OPTIONS 405',
        'OPTIONS 405',
      ]);
      // A call that needs no preflight arrives, and is refused there.
      expect(await pressed(popup, 'Log out')).toEqual({ refused: 'TypeError: Failed to fetch' });
      expect(closed.latest('POST', logoutPath).status).toBe(403);
      expect(cameFrom(closed, 'POST', logoutPath)).toEqual({ origin, site: 'cross-site' });
      expect(await isAlive(gatehouse, String(registered.json['session_id']))).toBe(true);
    });

    test('W2: an entry for another extension does not help', async () => {
      const { context, closed } = ground();
      const environment = { GATEHOUSE_ALLOWED_ORIGINS: originOf('with-host-permission') };
      await startBehind([closed], environment, onTestFinished);
      const popup = await openFor(context, manifest);
      await fillIn(popup, closed.at('localhost'), newAddress());
      expect(await pressed(popup, 'Register')).toEqual({ refused: 'TypeError: Failed to fetch' });
      expect(closed.latest('OPTIONS', registerPath).status).toBe(405);
    });
  });
});
