/** Passkeys in a real browser, with authenticators of the DevTools protocol: the pages, their script and the server together. */

import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { startService } from '../support/browser/service.ts';
import { visit } from '../support/browser/visit.ts';
import { password } from '../support/person.ts';

/** A phone or a laptop that verifies its owner and keeps passkeys. */
const device = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** A key that is plugged in, keeps no passkeys and verifies nobody. */
const plugged = {
  ...device,
  transport: 'usb',
  hasResidentKey: false,
  hasUserVerification: false,
  isUserVerified: false,
} as const;

type Kind = typeof device | typeof plugged;

class Authenticator {
  readonly #cdp: CDPSession;
  readonly #id: string;

  constructor(cdp: CDPSession, id: string) {
    this.#cdp = cdp;
    this.#id = id;
  }

  /** Whether somebody touches it. */
  async touched(enabled: boolean): Promise<void> {
    await this.#cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.#id, enabled });
  }

  async unplug(): Promise<void> {
    await this.#cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id });
  }

  async verifies(isUserVerified: boolean): Promise<void> {
    await this.#cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.#id, isUserVerified });
  }
}

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);
  // Browsers refuse passkeys on a site whose certificate they do not trust; `localhost` needs none.
  const service = shared((atEnd) => startService(atEnd, { scheme: 'http', host: 'localhost' }));

  /** A new browser without authenticators, and a way to give it some. */
  async function open() {
    const visited = await visit(browser(), service().origin, {}, onTestFinished);
    const cdp = await visited.context.newCDPSession(visited.page);
    await cdp.send('WebAuthn.enable');
    const plug = async (options: Kind) => {
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
      return new Authenticator(cdp, authenticatorId);
    };
    return { ...visited, plug };
  }

  /** A person with an account, at its page. */
  async function newPerson(email: string) {
    const opened = await open();
    const { page } = opened;
    await page.goto(`${service().origin}/register`);
    await page.locator('[name=identifier]').fill(email);
    await page.locator('[name=password]').fill(password);
    await page.locator('button.main').click();
    await page.waitForURL(account());
    return opened;
  }

  const account = () => `${service().origin}/account`;

  async function add(page: Page, name: string): Promise<void> {
    await page.goto(account());
    await page.locator('#passkey-name').fill(name);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  }

  async function signOut(page: Page): Promise<void> {
    await page.goto(account());
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await page.waitForURL(/sign-in/);
  }

  async function signInByPassword(page: Page, email: string): Promise<void> {
    await page.goto(`${service().origin}/sign-in`);
    await page.locator('[name=identifier]').fill(email);
    await page.locator('[name=password]').fill(password);
    await page.locator('button.main').click();
  }

  test('F1: a person adds two passkeys, and signs in with each', async () => {
    const email = 'ada@example.com';
    const { page, plug, flaws } = await newPerson(email);
    const phone = await plug(device);
    await add(page, 'Phone');
    await phone.touched(false);
    const key = await plug(plugged);
    await add(page, 'Key');
    await page.goto(account());
    expect(await page.locator('main').innerText()).toMatch(/Phone[\s\S]*Key/);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await alert(page, 'This device has a passkey of this account already.');

    await signOut(page);
    await signInByPassword(page, email);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(account());

    // In the field for the name the browser offers the passkey of the phone, without a button.
    await signOut(page);
    await key.unplug();
    await phone.touched(true);
    await page.goto(`${service().origin}/sign-in`).catch(() => {});
    await page.waitForURL(account());
    expect(flaws).toEqual([]);
  });

  test('F1: a button signs in where the browser offers nothing in the field, and says when no passkey was used', async () => {
    const { page, plug, flaws } = await newPerson('bob@example.com');
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
    const phone = await plug(device);
    await add(page, 'Phone');
    await signOut(page);
    await phone.verifies(false);
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    await button.click();
    await alert(page, 'No passkey was used. Try again, or choose another way.');
    await phone.verifies(true);
    await button.click();
    await page.waitForURL(account());
    expect(flaws).toEqual([]);
  });

  test('F5: a passkey confirms a session before factors change', async () => {
    const { page, plug, flaws } = await newPerson('cyd@example.com');
    await plug(device);
    await add(page, 'Phone');
    service().advance(11);
    await page.goto(account());
    await page.locator('a[href*="confirm"]').first().click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('button', { name: /Remove the passkey/ }).click();
    await page.getByRole('status').waitFor();
    expect(await page.locator('main').innerText()).not.toContain('Phone');
    expect(flaws).toEqual([]);
  });
});

async function alert(page: Page, text: string): Promise<void> {
  await page.getByRole('alert').filter({ hasText: text }).waitFor();
}
