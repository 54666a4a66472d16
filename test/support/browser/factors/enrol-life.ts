/** How people come in where a second factor is required: nothing opens before they have one (ruling F6). */

import { expect } from 'vitest';
import { isAlive } from '../../person.ts';
import { arrive, isSignedOut, type Life, open, sessionCookie, signOut } from '../account-life.ts';
import { giveCode, givePassword, setUpApp } from './app-life.ts';
import { addPasskey } from './passkey-life.ts';
import { Authenticators } from './virtual-authenticator.ts';

export async function enrolWithApp(life: Life): Promise<void> {
  const before = await begin(life);
  const { app } = await setUpApp(life, '/enrol');
  await arrive(life, '/account');
  await cameIn(life, before);
  await signOut(life);
  await givePassword(life);
  await giveCode(life, app.next(), 'accepted');
  expect(life.visit.flaws).toEqual([]);
}

export async function enrolWithPasskey(life: Life): Promise<void> {
  const { visit, input, texts } = life;
  const device = await (await Authenticators.of(visit.page)).plugIn('device');
  const before = await begin(life);
  await addPasskey(life, device, '', '/enrol', 'stay');
  await visit.page.reload();
  await arrive(life, '/enrol');
  expect(await visit.page.getByText(texts.factors.enrol.finished).count()).toBe(1);
  await input.press('link', texts.signIn.goOn);
  await arrive(life, '/account');
  await cameIn(life, before);
  // A browser that offers nothing in the field has the button all the same.
  await visit.page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
  await signOut(life);
  await device.touchedDuring(async () => {
    await input.press('button', texts.factors.passkeys.signIn);
    await arrive(life, '/account');
  });
  expect(life.visit.flaws).toEqual([]);
}

/** Registers, finds every door closed, and comes back with the password; returns what stands where a session would. */
async function begin(life: Life): Promise<string> {
  const { input, texts, service } = life;
  await open(life, '/register');
  await give(life, texts.register.submit);
  await service.mail.taken(1);
  await isOutside(life);
  await open(life, '/sign-in');
  await give(life, texts.signIn.title);
  await isOutside(life);
  await open(life, '/enrol');
  await arrive(life, '/enrol');
  expect(await life.visit.page.getByText(texts.factors.enrol.explanation).count()).toBe(1);
  const id = (await sessionCookie(life))?.value ?? '';
  expect(id).not.toBe('');
  return id;

  async function give({ email, password }: Life, submit: string): Promise<void> {
    await input.type('identifier', email);
    await input.type('password', password);
    await input.press('button', submit);
    await arrive(life, '/enrol');
  }
}

async function isOutside(life: Life): Promise<void> {
  const id = (await sessionCookie(life))?.value ?? '';
  for (const node of life.service.nodes) expect(await isAlive(node, id)).toBe(false);
  await isSignedOut(life);
}

/** There is a session under another id, and the factor stays. */
async function cameIn(life: Life, before: string): Promise<void> {
  const { visit, texts, service } = life;
  const id = (await sessionCookie(life))?.value ?? '';
  for (const node of service.nodes)
    expect([await isAlive(node, before), await isAlive(node, id)]).toEqual([false, true]);
  expect(await visit.page.getByText(texts.factors.section.lastStays).count()).toBe(1);
}
