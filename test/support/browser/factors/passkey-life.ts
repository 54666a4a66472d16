/** The life of two passkeys as their owner leads it on the pages: on a device that knows its person, and on a bare security key. */

import { expect } from 'vitest';
import { sidewaysPixels, smallTargets, violations } from '../accessibility.ts';
import { arrive, type Life, open, register, sessionCookie, signOut } from '../account-life.ts';
import { givePassword, noticed } from './app-life.ts';
import { keepCodes, reloadCodes } from './recovery-page.ts';
import { Authenticators, type VirtualAuthenticator } from './virtual-authenticator.ts';

export async function passkeyLife(life: Life): Promise<void> {
  const sockets = await Authenticators.of(life.visit.page);
  const device = await sockets.plugIn('device');
  await register(life);
  await life.service.mail.taken(1);
  await addPasskey(life, device, 'My phone');
  await isKnown(life, device);
  const key = await sockets.plugIn('security key');
  await reloadCodes(life, await addPasskey(life, key, 'Key', '/account', 'stay'), 'passkey_added');
  await isKnown(life, key);
  await signOut(life);
  await signInAlone(life, device);
  await offeredInField(life, device);
  await keyIsNotEnough(life, key);
  await signInWithKey(life, key);
  await confirm(life, device, key);
  await renameAndRemove(life);
  expect(life.visit.flaws).toEqual([]);
}

/** Adds a passkey under a name, with the first recovery codes or new ones. */
export async function addPasskey(
  life: Life,
  authenticator: VirtualAuthenticator,
  name: string,
  base: '/account' | '/enrol' = '/account',
  then: 'go on' | 'stay' = 'go on',
): Promise<readonly string[]> {
  const { visit, input, texts } = life;
  const { passkeys, recovery } = texts.factors;
  await visit.page.locator('#passkey-name').fill(name);
  await authenticator.touchedDuring(async () => {
    await input.press('button', passkeys.add);
    await arrive(life, `${base}/passkeys`);
  });
  expect(await visit.page.getByRole('status').textContent()).toBe(recovery.passkeyAdded);
  const codes = await keepCodes(life);
  await noticed(life, 'factor_added');
  if (then === 'stay') return codes;
  await input.press('link', recovery.goOn);
  await arrive(life, '/account');
  return codes;
}

/** The page says this, because of the browser or of the server. */
export async function said({ visit }: Life, words: string): Promise<void> {
  await visit.page.getByRole('alert').filter({ hasText: words }).waitFor();
}

/** The browser finds the passkey that an authenticator has, and adds no second one. */
async function isKnown(life: Life, authenticator: VirtualAuthenticator): Promise<void> {
  const { input, texts } = life;
  await authenticator.touchedDuring(async () => {
    await input.press('button', texts.factors.passkeys.add);
    await said(life, texts.factors.passkeys.known);
  });
}

/** The device asks for a finger, and signs its person in without a name and a password (ruling F1). */
async function signInAlone(life: Life, device: VirtualAuthenticator): Promise<void> {
  const { input, texts } = life;
  const { passkeys } = texts.factors;
  const before = await device.passkeys();
  await device.touchedByStranger(
    () => open(life, '/sign-in'),
    async () => {
      await input.press('button', passkeys.signIn);
      await said(life, passkeys.cancelled);
    },
  );
  await input.check('remember');
  await device.touchedDuring(async () => {
    await input.press('button', passkeys.signIn);
    await arrive(life, '/account');
  });
  expect((await sessionCookie(life))?.expires).toBeGreaterThan(Date.now() / 1_000 + 29 * 86_400);
  expect(await device.passkeys()).not.toEqual(before);
  await signOut(life);
}

/** The browser offers the passkey in the field for the name, as the page opens: no button is pressed. */
async function offeredInField(life: Life, device: VirtualAuthenticator): Promise<void> {
  const { service, visit } = life;
  await device.touchedDuring(async () => {
    // It may be answered before the page has loaded.
    await visit.page.goto(`${service.origin}/account`, { waitUntil: 'commit' });
    await arrive(life, '/account');
  });
  await signOut(life);
}

/** A security key does not know who holds it, so it does not stand alone. */
async function keyIsNotEnough(life: Life, key: VirtualAuthenticator): Promise<void> {
  const { input, texts } = life;
  const { passkeys } = texts.factors;
  await key.touchedDuring(async () => {
    await input.press('button', passkeys.signIn);
    await said(life, passkeys.cancelled);
  });
}

/** After the password it is enough. */
async function signInWithKey(life: Life, key: VirtualAuthenticator): Promise<void> {
  await givePassword(life);
  await key.touchedDuring(async () => {
    await life.input.press('button', life.texts.factors.passkeys.use);
    await arrive(life, '/account');
  });
}

/** Confirms that it is them: with the device, because the key does not know them. */
async function confirm(life: Life, device: VirtualAuthenticator, key: VirtualAuthenticator): Promise<void> {
  const { input, texts, service } = life;
  const { passkeys } = texts.factors;
  service.advance(11);
  await open(life, '/account');
  await input.press('link', texts.account.confirmTitle);
  await key.touchedDuring(async () => {
    await input.press('button', passkeys.use);
    await said(life, passkeys.cancelled);
  });
  await device.touchedDuring(async () => {
    await input.press('button', passkeys.use);
    await arrive(life, '/account', 'passkey_confirmed');
  });
}

async function renameAndRemove(life: Life): Promise<void> {
  const { input, texts, visit } = life;
  const { passkeys, section } = texts.factors;
  const { page } = visit;
  for (const summary of await page.locator('#factors summary').all()) await summary.click();
  const flaws = [await violations(page), await smallTargets(page), await sidewaysPixels(page)];
  expect(flaws).toEqual([[], [], 0]);
  await page.reload();
  await page
    .locator('summary')
    .and(page.getByLabel(passkeys.renameOf('Key')))
    .click();
  await page.getByLabel(passkeys.nameOf('Key')).fill('Key on the ring');
  await input.press('button', passkeys.renameOf('Key'));
  await arrive(life, '/account', 'passkey_renamed');
  for (const name of ['Key on the ring', 'My phone']) {
    await input.press('button', passkeys.removeOf(name));
    await arrive(life, '/account', 'passkey_removed');
    await noticed(life, 'factor_removed');
  }
  expect(await page.locator('#factors').getByText(section.isOff, { exact: true }).count()).toBe(1);
}
