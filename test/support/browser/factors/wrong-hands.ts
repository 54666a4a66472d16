/** Passkeys in wrong hands on the pages, in a browser that does as the server says, and in one that does not (rulings F1 and F2). */

import { expect } from 'vitest';
import { arrive, type Life, open, register, signOut } from '../account-life.ts';
import { givePassword } from './app-life.ts';
import { addPasskey, said } from './passkey-life.ts';
import { Authenticators, tamper, type VirtualAuthenticator } from './virtual-authenticator.ts';

/** Two people share a browser; `owner` has the device, and `other` the security key. */
export async function wrongHands(owner: Life, other: Life): Promise<void> {
  const { page } = owner.visit;
  const sockets = await Authenticators.of(page);
  const device = await sockets.plugIn('device');
  const key = await sockets.plugIn('security key');
  await begin(owner, device);
  await begin(other, key);
  await foreignPasskey(other, device);
  await signInWithKey(other, key);
  await unverified(owner, device);
  await keyAlone(other, key);
  await device.unplug();
  await gone(owner);
  expect(owner.visit.flaws).toEqual([]);
}

async function begin(life: Life, authenticator: VirtualAuthenticator): Promise<void> {
  await register(life);
  await life.service.mail.taken(1);
  await addPasskey(life, authenticator, '');
  await signOut(life);
}

/** A browser asks for the passkeys of the account alone; if it offers another one, the server refuses that. */
async function foreignPasskey(life: Life, device: VirtualAuthenticator): Promise<void> {
  const { visit, input, texts } = life;
  await givePassword(life);
  await tamper(visit.page, { allowed: null });
  await device.touchedDuring(async () => {
    await input.press('button', texts.factors.passkeys.use);
    await refused(life, '/second-factor/passkey');
  });
}

/** The sign-in still waits after that. */
async function signInWithKey(life: Life, key: VirtualAuthenticator): Promise<void> {
  await key.touchedDuring(async () => {
    await life.input.press('button', life.texts.factors.passkeys.use);
    await arrive(life, '/account');
  });
  await signOut(life);
}

/** A device that did not verify its person opens nothing alone, whatever the browser asked it for. */
async function unverified(life: Life, device: VirtualAuthenticator): Promise<void> {
  const { visit, input, texts } = life;
  await device.touchedByStranger(
    async () => {
      await open(life, '/sign-in');
      await tamper(visit.page, { userVerification: 'discouraged' });
    },
    async () => {
      await input.press('button', texts.factors.passkeys.signIn);
      await refused(life, '/sign-in/passkey');
    },
  );
}

/** Neither does a security key, which knows no person. */
async function keyAlone(life: Life, key: VirtualAuthenticator): Promise<void> {
  const { visit, input, texts } = life;
  const allowed = (await key.passkeys()).map(({ id }) => id);
  expect(allowed.length).toBe(1);
  await open(life, '/sign-in');
  await tamper(visit.page, { userVerification: 'discouraged', allowed });
  await key.touchedDuring(async () => {
    await input.press('button', texts.factors.passkeys.signIn);
    await refused(life, '/sign-in/passkey');
  });
}

/** A device that is not there leaves the page as it was, once the browser has stopped waiting. */
async function gone(life: Life): Promise<void> {
  const { passkeys } = life.texts.factors;
  await open(life, '/sign-in');
  await tamper(life.visit.page, { timeout: 500 });
  await life.input.press('button', passkeys.signIn);
  await said(life, passkeys.cancelled);
  await arrive(life, '/sign-in');
}

async function refused(life: Life, path: string): Promise<void> {
  await arrive(life, path);
  await said(life, life.texts.problems.invalid_passkey);
}
