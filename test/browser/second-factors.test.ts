/** Second factors in a browser: a QR code that another program reads, and passkeys of virtual authenticators. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codeAt } from '../support/authenticator-app.ts';
import { sidewaysPixels, smallTargets, violations } from '../support/browser/accessibility.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { startService } from '../support/browser/service.ts';
import { visit } from '../support/browser/visit.ts';
import { installed, judgedBy } from '../support/installed.ts';
import { temporaryFolder } from '../support/server.ts';

const zbarimg = installed('zbarimg');
const password = 'a sentence of a few words';
const identifier = 'ada@example.com';

/** WebAuthn needs a secure context, which `localhost` is without TLS; Chromium refuses certificates of tests. */
const local = { scheme: 'http', host: 'localhost' } as const;

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);

  /** A person who has registered, in a browser of their own. */
  async function registered(options: { readonly javaScriptEnabled?: boolean } = {}) {
    const service = await startService(onTestFinished, local);
    const { page, flaws } = await visit(browser(), service.origin, options, onTestFinished);
    await page.goto(`${service.origin}/register`);
    await signInOn(page);
    await page.waitForURL('**/account');
    return { service, page, flaws };
  }

  async function signInOn(page: Page): Promise<void> {
    await page.locator('[name="identifier"]').fill(identifier);
    await page.locator('[name="password"]').fill(password);
    await page.locator('button.main').click();
  }

  async function signOut(page: Page, origin: string): Promise<void> {
    await page.goto(`${origin}/account`);
    await page.locator('header button').click();
    await page.waitForURL('**/sign-in?done=signed_out');
  }

  describe.skipIf(zbarimg === undefined)(judgedBy('zbarimg'), () => {
    test.each([
      ['light', 'wide'],
      ['dark', 'narrow'],
    ] as const)(
      'F1: the QR code is read from a screenshot (%s, %s), without scripts',
      async (colorScheme, width) => {
        const { service, page, flaws } = await registered({ javaScriptEnabled: false });
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: width === 'wide' ? 1_280 : 320, height: 900 });
        await page.locator('#factors form button').first().click();
        const picture = join(temporaryFolder(), 'page.png');
        writeFileSync(picture, await page.screenshot({ fullPage: true }));
        const read = execFileSync(zbarimg as string, ['--raw', '-q', picture], { stdio: 'pipe' }).toString();
        const { protocol, host, pathname, searchParams } = new URL(read.trim());
        expect([protocol, host, decodeURIComponent(pathname)]).toEqual([
          'otpauth:',
          'totp',
          `/localhost:${identifier}`,
        ]);
        const secret = searchParams.get('secret') ?? '';
        expect((await page.locator('code.secret').textContent())?.replaceAll(' ', '')).toBe(secret);
        await page.locator('[name="code"]').fill(codeAt(secret, Date.now()));
        await page.locator('button.main').click();
        const codes = await page.locator('.codes code').allTextContents();
        expect(codes).toHaveLength(10);
        // The file has them, and so has the paper; what acts is not printed.
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator('main form button').click(),
        ]);
        const file = readFileSync(await download.path(), 'utf8');
        for (const code of codes) expect(file).toContain(code);
        await page.emulateMedia({ media: 'print' });
        expect(await page.locator('.codes').isVisible()).toBe(true);
        for (const gone of ['main form', '.links', 'header form']) {
          for (const element of await page.locator(gone).all()) expect(await element.isVisible()).toBe(false);
        }
        await page.emulateMedia({ media: 'screen' });
        await signOut(page, service.origin);
        await signInOn(page);
        await page.locator('[name="code"]').fill(String(codes[0]));
        await page.locator('button.main').click();
        await page.waitForURL('**/account');
        expect(flaws).toEqual([]);
      },
    );
  });

  /** Plugs an authenticator in: it answers by itself. */
  async function plugIn(
    page: Page,
    isVerifying: boolean,
  ): Promise<{ client: CDPSession; authenticatorId: string }> {
    const client = await page.context().newCDPSession(page);
    await client.send('WebAuthn.enable');
    const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: isVerifying ? 'internal' : 'usb',
        hasResidentKey: isVerifying,
        hasUserVerification: isVerifying,
        isUserVerified: isVerifying,
        automaticPresenceSimulation: true,
      },
    });
    return { client, authenticatorId };
  }

  async function addPasskey(page: Page, origin: string, name: string): Promise<void> {
    await page.goto(`${origin}/account#factors`);
    await page.locator('[name="name"]:visible').last().fill(name);
    await page.locator('button[data-passkey="register"]').click();
    await page.locator('.codes').waitFor();
    await page.locator('.links a').click();
    await page.getByText(name, { exact: true }).waitFor();
  }

  test('F1, F2, F5: a passkey signs in alone, is the second step, and confirms', async () => {
    const { service, page, flaws } = await registered();
    const { origin } = service;
    const { client, authenticatorId } = await plugIn(page, true);
    await addPasskey(page, origin, 'My phone');
    for (const summary of await page.locator('#factors summary').all()) await summary.click();
    expect([await violations(page), await smallTargets(page), await sidewaysPixels(page)]).toEqual([
      [],
      [],
      0,
    ]);
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false });
    await signOut(page, origin);
    const button = page.locator('button[data-passkey="sign-in"]');
    expect(await button.isVisible()).toBe(true);
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true });
    await page.locator('[name="remember"]').check();
    await button.click();
    await page.waitForURL('**/account');
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'session_id');
    // Kept signed in, as the box said.
    expect(cookie?.expires).toBeGreaterThan(Date.now() / 1_000 + 86_400);
    service.advance(11);
    await page.goto(`${origin}/account/confirm?section=factors`);
    await page.locator('button[data-passkey="confirm"]').click();
    await page.waitForURL('**/account?done=passkey_confirmed**');
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false });
    await signOut(page, origin);
    await signInOn(page);
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true });
    await page.locator('button[data-passkey="second-step"]').click();
    await page.waitForURL('**/account');
    expect(flaws).toEqual([]);
  });

  test('F1: the browser offers a passkey in the field for the name', async () => {
    const { service, page, flaws } = await registered();
    const { client, authenticatorId } = await plugIn(page, true);
    await addPasskey(page, service.origin, 'My phone');
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false });
    await signOut(page, service.origin);
    await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true });
    // The virtual authenticator takes the first offer.
    await page.goto(`${service.origin}/sign-in?return_to=%2Faccount%2Factivity`);
    await page.waitForURL('**/account/activity');
    expect(flaws).toEqual([]);
  });

  test('F1: a key that verifies nobody is a second step, and does not sign in alone', async () => {
    const { service, page } = await registered();
    const { origin } = service;
    await plugIn(page, false);
    await addPasskey(page, origin, 'My key');
    await signOut(page, origin);
    await page.locator('button[data-passkey="sign-in"]').click();
    const alert = page.locator('[data-passkey-errors]');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/^(?:No passkey was used|The browser could not use a passkey)/);
    await signInOn(page);
    await page.locator('button[data-passkey="second-step"]').click();
    await page.waitForURL('**/account');
  });

  test('without scripts nothing of passkeys is shown but why', async () => {
    const { page, flaws } = await registered({ javaScriptEnabled: false });
    expect(await page.locator('[data-passkey-part]:visible').count()).toBe(0);
    expect(await page.locator('[data-passkey-missing]').isVisible()).toBe(true);
    expect(flaws).toEqual([]);
  });
});
