/** The life of an authenticator app as its owner leads it on the pages: set up, used, lost and removed (rulings F1 to F5). */

import { expect } from 'vitest';
import type { Language } from '../../../../src/messages/language-choice.ts';
import { languages } from '../../../../src/messages/messages.ts';
import { codeAt, codeNow } from '../../authenticator-app.ts';
import { arrive, changePassword, type Life, open, register, signOut } from '../account-life.ts';
import type { Service } from '../service.ts';
import { readPicture, zbarimg } from './qr-picture.ts';
import { codesAreGone, keepCodes } from './recovery-page.ts';

const stepMs = 30_000;

/** An app with one secret. No code of it is typed twice unless a test wants that. */
export class PhoneApp {
  readonly secret: string;
  readonly #service: Service;
  #step = 0;
  #last = '';

  constructor(secret: string, service: Service) {
    this.secret = secret;
    this.#service = service;
  }

  get last(): string {
    return this.#last;
  }

  /** The code that it shows now; the first one that was not typed yet. One that is half a minute early is accepted, too. */
  next(): string {
    if (this.#step === 0 && this.#service.now() - Date.now() < stepMs) return this.#first();
    const now = this.#service.now();
    this.#step = Math.max(this.#step + 1, Math.floor(now / stepMs));
    const early = this.#step - Math.floor(now / stepMs) - 1;
    if (early > 0) this.#service.advance((early * stepMs) / 60_000);
    this.#last = codeAt(this.secret, this.#step * stepMs);
    return this.#last;
  }

  /** By the clock of the machine, where the service has the same one. */
  #first(): string {
    do {
      this.#step = Math.floor(Date.now() / stepMs);
      this.#last = codeNow(this.secret);
    } while (Math.floor(Date.now() / stepMs) !== this.#step);
    return this.#last;
  }
}

/** What the owner has in hand. */
export interface Kit {
  readonly app: PhoneApp;
  readonly codes: readonly string[];
}

/** The whole of it; `other` is a browser in which the person was never signed in. */
export async function appLife(life: Life, other: Life): Promise<void> {
  await register(life);
  await life.service.mail.taken(1);
  await readAboutPasskeys(life);
  const { app, codes } = await setUpApp(life);
  await arrive(life, '/account');
  await codesAreGone(life, codes);
  await signOut(life);
  await signInWithCodes(life, app);
  await trustBrowser(life, app);
  await forgetTrust(life, app);
  other.password = life.password;
  await losePhone(other, codes);
  expect([...life.visit.flaws, ...other.visit.flaws]).toEqual([]);
}

/** Where no script runs, the page says that passkeys need one, and shows nothing else of them. */
async function readAboutPasskeys({ visit, texts }: Life): Promise<void> {
  if (visit.hasScripts) return;
  const missing = visit.page.getByText(texts.factors.passkeys.needsScript);
  expect(await missing.isVisible()).toBe(true);
  expect(await visit.page.locator('[data-passkey-part]:visible').count()).toBe(0);
}

/** Notices arrive, in any order. */
export async function noticed(life: Life, ...kinds: readonly Notice[]): Promise<void> {
  const mails = await life.service.mail.taken(kinds.length);
  const texts = languages[languageOf(life)].mails;
  const subjects = mails.map(({ to, subject }) => `${to}: ${subject}`);
  expect(subjects.sort()).toEqual(kinds.map((kind) => `${life.email}: ${texts[kind].subject}`).sort());
}

export type Notice = 'factor_added' | 'factor_removed' | 'recovery_code_used' | 'new_device';

function languageOf({ texts }: Life): Language {
  return texts === languages.de.pages ? 'de' : 'en';
}

/** Scans the picture, types the code, and saves the recovery codes; then goes on. */
export async function setUpApp(life: Life, base: '/account' | '/enrol' = '/account'): Promise<Kit> {
  const { input, texts, service, visit } = life;
  const { authenticator, recovery } = texts.factors;
  await input.press('button', authenticator.setUp);
  await arrive(life, `${base}/authenticator`);
  const app = new PhoneApp(await scanned(life), service);
  // As the app shows it.
  await input.type('code', app.next().replace(/^.../, '$& '));
  await input.press('button', authenticator.submit);
  await arrive(life, `${base}/authenticator/confirm`);
  expect(await visit.page.getByRole('status').textContent()).toBe(recovery.authenticatorAdded);
  const codes = await keepCodes(life);
  await noticed(life, 'factor_added');
  await input.press('link', recovery.goOn);
  return { app, codes };
}

/** The secret of the picture, which is the one to type. */
async function scanned({ visit, service, email }: Life): Promise<string> {
  const { page } = visit;
  const typed = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
  if (zbarimg === undefined) return typed;
  const { protocol, host, pathname, searchParams } = new URL(await readPicture(page.locator('svg.qr')));
  expect([protocol, host, decodeURIComponent(pathname)]).toEqual([
    'otpauth:',
    'totp',
    expect.stringMatching(new RegExp(`^/(?:[^:]+:)?${email}$`)),
  ]);
  const { secret, digits, period, algorithm, issuer } = Object.fromEntries(searchParams);
  expect([secret, digits, period, algorithm]).toEqual([typed, '6', '30', 'SHA1']);
  expect(issuer).not.toBe('');
  expect(service.site.seen.map(({ path }) => path).join()).not.toContain(typed);
  return String(secret);
}

/** Gives the password on the page to sign in, and is asked for the second step. */
export async function givePassword(life: Life): Promise<void> {
  await open(life, '/sign-in');
  await life.input.type('identifier', life.email);
  await life.input.type('password', life.password);
  await life.input.press('button', life.texts.signIn.title);
  await arrive(life, '/second-factor');
}

/** Gives a code, which is accepted or refused. */
export async function giveCode(life: Life, code: string, outcome: 'accepted' | 'refused'): Promise<void> {
  const { input, texts, visit } = life;
  await input.type('code', code);
  await input.press('button', texts.factors.secondStep.submit);
  await arrive(life, outcome === 'accepted' ? '/account' : '/second-factor');
  if (outcome === 'refused')
    expect(await visit.page.locator('#code-problem').textContent()).toBe(texts.problems.invalid_code);
}

/** A code that was used is refused, and the next one is not (ruling F3). */
async function signInWithCodes(life: Life, app: PhoneApp): Promise<void> {
  await givePassword(life);
  await giveCode(life, app.last, 'refused');
  await giveCode(life, app.next(), 'accepted');
  await signOut(life);
  await givePassword(life);
  await giveCode(life, app.last, 'refused');
}

/** The next sign-in of a trusted browser needs no code, and the session may change nothing important (rulings F4 and F5). */
async function trustBrowser(life: Life, app: PhoneApp): Promise<void> {
  const { input, texts, visit } = life;
  await input.check('trust');
  await giveCode(life, app.next(), 'accepted');
  await signOut(life);
  await input.type('identifier', life.email);
  await input.type('password', life.password);
  await input.press('button', texts.signIn.title);
  await arrive(life, '/account');
  const factors = visit.page.locator('#factors');
  expect(await factors.getByRole('button', { name: texts.factors.authenticator.remove }).count()).toBe(0);
  expect(await factors.getByRole('button', { name: texts.factors.browsers.forgetAll }).count()).toBe(1);
}

/** A new password ends the trust. */
async function forgetTrust(life: Life, app: PhoneApp): Promise<void> {
  await confirm(life, () => life.input.type('code', app.next()));
  await changePassword(life, 'another sentence of words');
  await signOut(life);
  await givePassword(life);
}

/** Confirms once more that it is them, with the password and a code. */
async function confirm(life: Life, giveCode: () => Promise<void>): Promise<void> {
  const { input, texts, visit } = life;
  await open(life, '/account');
  await input.press('link', texts.account.confirmTitle);
  await visit.page.waitForURL('**/account/confirm?section=*');
  await giveCode();
  await input.type('password', life.password);
  await input.press('button', texts.account.confirmSubmit);
  await arrive(life, '/account', 'confirmed');
}

/** Comes back with recovery codes, each of which is good once, and removes the app (ruling F5). */
async function losePhone(life: Life, codes: readonly string[]): Promise<void> {
  const { input, texts, visit, service } = life;
  const { secondStep, recovery, authenticator } = texts.factors;
  const [first = '', second = '', third = ''] = codes;
  await givePassword(life);
  await input.press('link', secondStep.useRecovery);
  await giveCode(life, first, 'accepted');
  await noticed(life, 'recovery_code_used', 'new_device');
  const left = visit.page.locator('#factors').getByText(recovery.left(9));
  expect(await left.count()).toBe(1);
  await signOut(life);
  await givePassword(life);
  await input.press('link', secondStep.useRecovery);
  await giveCode(life, first, 'refused');
  // As it was written down, without the dashes.
  await giveCode(life, second.toUpperCase().replaceAll('-', ' '), 'accepted');
  await noticed(life, 'recovery_code_used');
  service.advance(11);
  await confirm(life, async () => {
    await input.press('link', secondStep.useRecovery);
    await input.type('code', third);
  });
  await noticed(life, 'recovery_code_used');
  await input.press('button', authenticator.remove);
  await arrive(life, '/account', 'authenticator_removed');
  await noticed(life, 'factor_removed');
  await signOut(life);
  await input.type('identifier', life.email);
  await input.type('password', life.password);
  await input.press('button', texts.signIn.title);
  await arrive(life, '/account');
}
