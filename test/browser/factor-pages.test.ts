/** Pages of second factors as they are printed, with many controls open, and without scripts. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { codeAt } from '../support/authenticator-app.ts';
import { sidewaysPixels, smallTargets, violations } from '../support/browser/accessibility.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { Authenticators } from '../support/browser/factors/virtual-authenticator.ts';
import { startService } from '../support/browser/service.ts';
import { visit } from '../support/browser/visit.ts';

/** WebAuthn needs a secure context, which `localhost` is without TLS. */
const local = { scheme: 'http', host: 'localhost' } as const;

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);

  /** A person who has registered, on their account page. */
  async function registered(options: { readonly javaScriptEnabled?: boolean } = {}) {
    const service = await startService(onTestFinished, local);
    const { page, flaws } = await visit(browser(), service.origin, options, onTestFinished);
    await page.goto(`${service.origin}/register`);
    await page.locator('[name="identifier"]').fill('ada@example.com');
    await page.locator('[name="password"]').fill('a sentence of a few words');
    await page.locator('button.main').click();
    await page.waitForURL('**/account');
    return { service, page, flaws };
  }

  test('L8: recovery codes are printed with the name of the account, and without what acts; passkeys need scripts', async () => {
    const { page, flaws } = await registered({ javaScriptEnabled: false });
    expect(await page.locator('[data-passkey-part]:visible').count()).toBe(0);
    expect(await page.locator('[data-passkey-missing]').isVisible()).toBe(true);
    await page.locator('#factors form button').first().click();
    const secret = (await page.locator('code.secret').textContent()) ?? '';
    await page.locator('[name="code"]').fill(codeAt(secret, Date.now()));
    await page.locator('button.main').click();
    await page.locator('.codes').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.codes code:visible').count()).toBe(10);
    expect(await page.getByText('ada@example.com').isVisible()).toBe(true);
    for (const gone of ['main form', '.links', '.notice', '.no-print'])
      expect([gone, await page.locator(`${gone}:visible`).count()]).toEqual([gone, 0]);
    expect(flaws).toEqual([]);
  });

  test('an authenticator that vanishes leaves the button to be pressed again, and another one answers', async () => {
    const { page, flaws } = await registered();
    const sockets = await Authenticators.of(page);
    const gone = await sockets.plugIn('device');
    const add = page.locator('button[data-passkey="register"]');
    const waiting = page.locator('[data-passkey-waiting]');
    const errors = page.locator('[data-passkey-errors]');
    expect([await waiting.isVisible(), await add.isEnabled()]).toEqual([false, true]);
    await add.click();
    await waiting.waitFor();
    await gone.unplug();
    // Chromium does not tell the page: it would wait for five minutes.
    expect([await add.isEnabled(), await errors.isVisible()]).toEqual([true, false]);
    // Without the options nothing is asked for, and the page says so.
    await page.route('**/auth/passkeys/options', (route) => route.abort());
    await add.click();
    await errors.waitFor();
    expect([await add.isEnabled(), await waiting.isVisible()]).toEqual([true, false]);
    await page.unroute('**/auth/passkeys/options');
    const device = await sockets.plugIn('device');
    await device.touchedDuring(async () => {
      await add.dblclick();
      await page.locator('.codes').waitFor();
    });
    expect(flaws.filter((flaw) => !flaw.includes('net::ERR_FAILED'))).toEqual([]);
  });

  test('a device that does not know the finger ends what was asked for, and the page says so', async () => {
    const { page, flaws } = await registered();
    const device = await (await Authenticators.of(page)).plugIn('device');
    const add = page.locator('button[data-passkey="register"]');
    await device.touchedByStranger(
      async () => undefined,
      async () => {
        await add.click();
        await page.locator('[data-passkey-errors]').waitFor();
      },
    );
    expect([await add.isEnabled(), await page.locator('[data-passkey-waiting]').isVisible()]).toEqual([
      true,
      false,
    ]);
    expect(flaws).toEqual([]);
  });

  test('the account with a passkey and all forms open has no violation', async () => {
    const { service, page, flaws } = await registered();
    const phone = await (await Authenticators.of(page)).plugIn('device');
    await page.locator('[name="name"]:visible').last().fill('My phone');
    await phone.touchedDuring(async () => {
      await page.locator('button[data-passkey="register"]').click();
      await page.locator('.codes').waitFor();
    });
    await page.goto(`${service.origin}/account`);
    for (const summary of await page.locator('#factors summary').all()) await summary.click();
    for (const width of [1_280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect([await violations(page), await smallTargets(page), await sidewaysPixels(page)]).toEqual([
        [],
        [],
        0,
      ]);
    }
    expect(flaws).toEqual([]);
  });
});
