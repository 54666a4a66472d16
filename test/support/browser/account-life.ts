/** The life of one account as a person leads it in a browser, from its registration to its deletion. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Language } from '../../../src/messages/language-choice.ts';
import { languages } from '../../../src/messages/messages.ts';
import type { PageTexts } from '../../../src/messages/page-texts.ts';
import { isAlive } from '../person.ts';
import { type PersonInput, shown } from './person-input.ts';
import type { Service } from './service.ts';
import type { Visit } from './visit.ts';

export interface Life {
  readonly service: Service;
  readonly visit: Visit;
  readonly input: PersonInput;
  readonly texts: PageTexts;
  email: string;
  password: string;
}

/** A life that has not begun. */
export function newLife(
  service: Service,
  visit: Visit,
  input: (page: Page) => PersonInput,
  language: Language = 'en',
): Life {
  const [email, password] = [`${randomUUID()}@example.com`, 'a sentence of a few words'];
  return { service, visit, input: input(visit.page), texts: languages[language].pages, email, password };
}

/** The same person in another browser. */
export function inAnotherBrowser(life: Life, visit: Visit, input: (page: Page) => PersonInput): Life {
  return { ...life, visit, input: input(visit.page) };
}

/** Everything that an account can go through; `other` is a second browser of the same person. */
export async function wholeLife(life: Life, other: Life): Promise<void> {
  await register(life);
  await confirmAddress(life);
  await signOut(life);
  await signIn(life);
  await signOut(life);
  await signIn(life, { isRemembered: true });
  await endOtherSession(life, other);
  await confirmPassword(life);
  await changePassword(life, 'another sentence of words');
  await isSignedOut(other);
  await signOut(life);
  await resetPassword(life, 'a third sentence of words');
  await changeAddress(life, `${randomUUID()}@example.org`);
  await downloadData(life);
  await deleteAccount(life);
  expect([...life.visit.flaws, ...other.visit.flaws]).toEqual([]);
}

/** Opens a page by its path, as from the address bar. */
export async function open({ service, visit }: Life, path: string): Promise<void> {
  await visit.page.goto(`${service.origin}${path}`);
}

/** Waits until a page has opened and, if it says what was done, says this. */
export async function arrive({ service, visit, texts }: Life, path: string, done?: keyof PageTexts['done']) {
  const query = done === undefined ? '' : `?done=${done}`;
  await visit.page.waitForURL((url) => url.href.split('#')[0] === `${service.origin}${path}${query}`);
  if (done !== undefined) expect(await visit.page.getByRole('status').textContent()).toBe(texts.done[done]);
}

export async function register(life: Life): Promise<void> {
  const { input, texts } = life;
  await open(life, '/register');
  await input.type('identifier', life.email);
  await input.type('password', life.password);
  await input.press('button', texts.register.submit);
  await arrive(life, '/account');
}

/** The token of the next mail, which is one with a link to a page. */
export async function mailedToken({ service, email }: Pick<Life, 'service' | 'email'>, path: string) {
  const [mail] = await service.mail.taken(1);
  expect(mail?.to).toEqual([email]);
  expect(mail?.raw).toContain(`${service.origin}${path}#token=${mail?.token}`);
  return mail?.token ?? '';
}

/** Opens the link of the next mail. Without scripts the code is typed from the mail. */
export async function openMailed(life: Life, path: string): Promise<void> {
  const { service, visit, input } = life;
  const token = await mailedToken(life, path);
  await visit.page.goto('about:blank');
  await visit.page.goto(`${service.origin}${path}#token=${token}`);
  const code = visit.page.locator('[name="code"]');
  if (visit.hasScripts) {
    expect(await code.inputValue()).toBe(token);
    // It is in no history.
    expect(visit.page.url()).toBe(`${service.origin}${path}`);
  } else {
    expect(await code.inputValue()).toBe('');
    await input.type('code', token);
  }
}

export async function confirmAddress(life: Life): Promise<void> {
  const { visit, input, texts } = life;
  expect(await shown(visit.page, 'button', texts.account.sendLink).count()).toBe(1);
  await openMailed(life, '/verify-email');
  await input.press('button', texts.token.verifySubmit);
  await arrive(life, '/account', 'email_verified');
  expect(await visit.page.getByText(texts.account.verified, { exact: true }).count()).toBe(1);
}

/** Signs out; from then on no node takes the session. */
export async function signOut(life: Life): Promise<void> {
  const id = (await sessionCookie(life))?.value ?? '';
  await life.input.press('button', life.texts.signOut.submit);
  await arrive(life, '/sign-in', 'signed_out');
  expect(await sessionCookie(life)).toBeUndefined();
  for (const node of life.service.nodes) expect(await isAlive(node, id)).toBe(false);
}

/** Signs in on the page that is open; the cookie lasts for as long as the person wants to stay signed in. */
export async function signIn(life: Life, { isRemembered = false } = {}): Promise<void> {
  const { input, texts } = life;
  await input.type('identifier', life.email);
  await input.type('password', life.password);
  if (isRemembered) await input.check('remember');
  await input.press('button', texts.signIn.title);
  await arrive(life, '/account');
  const expires = (await sessionCookie(life))?.expires ?? 0;
  if (isRemembered) expect(expires - Date.now() / 1_000).toBeGreaterThan(29 * 86_400);
  else expect(expires).toBe(-1);
}

/** The cookie of the session, if the browser has one. */
export async function sessionCookie({ visit }: Pick<Life, 'visit'>) {
  return (await visit.context.cookies()).find(({ name }) => name === 'session_id');
}

/** Signs in with the other browser, and ends that session with this one. */
export async function endOtherSession(life: Life, other: Life): Promise<void> {
  const { input, texts, visit } = life;
  await open(other, '/account');
  await arrive(other, '/sign-in?return_to=account');
  await signIn(other);
  const [notice] = await life.service.mail.taken(1);
  expect(notice?.raw).toContain('Firefox on Windows');
  await open(life, '/account');
  const sessions = visit.page.locator('#sessions li');
  expect(await sessions.count()).toBe(2);
  expect(await sessions.filter({ hasText: texts.account.current }).count()).toBe(1);
  await input.press('button', texts.account.endSessionOf('Firefox on Windows'));
  await arrive(life, '/account', 'session_ended');
  expect(await sessions.count()).toBe(1);
  await isSignedOut(other);
  await signIn(other);
}

/** The next page of a browser whose session ended is the one to sign in. */
export async function isSignedOut(life: Life): Promise<void> {
  await open(life, '/account');
  await arrive(life, '/sign-in?return_to=account');
}

/** Confirms the password once that was too long ago. */
export async function confirmPassword(life: Life): Promise<void> {
  const { service, visit, input, texts } = life;
  service.advance(11);
  await open(life, '/account');
  expect(await visit.page.locator('summary').count()).toBe(0);
  await input.press('link', texts.account.confirmTitle);
  await visit.page.waitForURL('**/account/confirm?section=*');
  await input.type('password', life.password);
  await input.press('button', texts.account.confirmSubmit);
  await arrive(life, '/account', 'confirmed');
}

export async function changePassword(life: Life, password: string): Promise<void> {
  const { input, texts } = life;
  await input.press('summary', texts.account.passwordSubmit);
  await input.type('password', life.password);
  await input.type('new_password', password);
  await input.press('button', texts.account.passwordSubmit);
  await arrive(life, '/account', 'password_changed');
  await takeNotice(life);
  life.password = password;
}

/** A notice arrives, which has no link. */
async function takeNotice({ service }: Life): Promise<void> {
  const [notice] = await service.mail.taken(1);
  expect(notice?.token).toBe('');
}

export async function resetPassword(life: Life, password: string): Promise<void> {
  const { input, texts } = life;
  await input.press('link', texts.signIn.forgot);
  await arrive(life, '/forgot-password');
  await input.type('identifier', life.email);
  await input.press('button', texts.forgot.submit);
  await arrive(life, '/forgot-password', 'mail_sent');
  await openMailed(life, '/reset-password');
  await input.type('new_password', password);
  await input.press('button', texts.token.resetSubmit);
  await arrive(life, '/sign-in', 'password_reset');
  await takeNotice(life);
  life.password = password;
  await signIn(life);
}

export async function changeAddress(life: Life, email: string): Promise<void> {
  const { input, texts, visit } = life;
  await input.press('summary', texts.account.changeEmail);
  await input.type('identifier', email);
  await input.type('password', life.password);
  await input.press('button', texts.forgot.submit);
  await arrive(life, '/account', 'change_sent');
  life.email = email;
  await openMailed(life, '/verify-email');
  await input.press('button', texts.token.verifySubmit);
  await arrive(life, '/account', 'email_verified');
  expect(await visit.page.locator('#profile dl').textContent()).toContain(email);
  await takeNotice(life);
}

export async function downloadData(life: Life): Promise<void> {
  const { visit, input, texts } = life;
  const downloading = visit.page.waitForEvent('download');
  await input.press('button', texts.account.exportSubmit);
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('account.json');
  const data = readFileSync(await download.path(), 'utf8');
  expect(JSON.parse(data)).toMatchObject({ user: { email: life.email } });
}

export async function deleteAccount(life: Life): Promise<void> {
  const { visit, input, texts } = life;
  await input.press('summary', texts.account.deleteSubmit);
  await input.type('password', life.password);
  await input.press('button', texts.account.deleteSubmit);
  await arrive(life, '/sign-in', 'account_deleted');
  await input.type('identifier', life.email);
  await input.type('password', life.password);
  await input.press('button', texts.signIn.title);
  await visit.page.getByRole('alert').waitFor();
  expect(await visit.page.getByRole('alert').textContent()).toBe(texts.problems.unknown_account);
}
