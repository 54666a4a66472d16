/** Pages that are out of date in a browser: the back button, other tabs, sending twice, and a confirmation that expired. */

import { describe, expect, onTestFinished, test } from 'vitest';
import {
  arrive,
  type Life,
  newLife,
  open,
  register,
  signIn,
  signOut,
} from '../support/browser/account-life.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { byPointer } from '../support/browser/person-input.ts';
import { startService } from '../support/browser/service.ts';
import { visit, watch } from '../support/browser/visit.ts';
import { query } from '../support/database.ts';

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);
  const service = shared((atEnd) => startService(atEnd));

  const node = () => service().nodes[0];

  async function visitor(): Promise<Life> {
    return newLife(service(), await visit(browser(), service().origin, {}, onTestFinished), byPointer);
  }

  async function registered(): Promise<Life> {
    const life = await visitor();
    await register(life);
    await service().mail.taken(1);
    return life;
  }

  /** Another tab of the same browser. */
  async function tabOf(life: Life): Promise<Life> {
    const page = await life.visit.context.newPage();
    watch(page, service().origin, life.visit.flaws as string[]);
    return { ...life, visit: { ...life.visit, page }, input: byPointer(page) };
  }

  test('after a sign-out the back button shows nothing of the account', async () => {
    const life = await registered();
    const { page } = life.visit;
    await signOut(life);
    await page.goBack();
    await arrive(life, '/sign-in?return_to=account');
    expect(await page.content()).not.toContain(life.email);
    expect(life.visit.flaws).toEqual([]);
  });

  test('back and reload after a form send nothing twice, because a form ends with a redirect', async () => {
    const life = await registered();
    const { page } = life.visit;
    const posts = () => service().site.seen.filter(({ method }) => method === 'POST').length;
    const before = posts();
    await page.reload();
    await page.goBack();
    await arrive(life, '/register');
    await page.goForward();
    await arrive(life, '/account');
    expect(posts()).toBe(before);
    expect(life.visit.flaws).toEqual([]);
  });

  test('a form that was open in another tab at the sign-out changes nothing, and leads to sign-in', async () => {
    const life = await registered();
    const tab = await tabOf(life);
    await open(tab, '/account');
    await tab.input.press('summary', life.texts.account.passwordSubmit);
    await tab.input.type('password', life.password);
    await tab.input.type('new_password', 'another sentence of words');
    await signOut(life);
    await tab.input.press('button', life.texts.account.passwordSubmit);
    await tab.visit.page.waitForURL('**/account/password');
    expect(await tab.visit.page.getByRole('alert').textContent()).toBe(life.texts.signOut.nothing);
    await tab.input.press('link', life.texts.errors.back);
    await arrive(tab, '/sign-in');
    // Nothing has changed: the old password signs in.
    await signIn(tab);
    expect(life.visit.flaws).toEqual([]);
  });

  test('a button that is pressed twice registers and signs in once', async () => {
    const life = await visitor();
    const { page } = life.visit;
    await open(life, '/register');
    await life.input.type('identifier', life.email);
    await life.input.type('password', life.password);
    await page.getByRole('button', { name: life.texts.register.submit, exact: true }).dblclick();
    await arrive(life, '/account');
    await service().mail.taken(1);
    const found = await query(node(), 'SELECT id FROM users WHERE email = ?', life.email);
    expect(found.length).toBe(1);
    await open(life, '/sign-in');
    await life.input.type('identifier', life.email);
    await life.input.type('password', life.password);
    await page.getByRole('button', { name: life.texts.signIn.title, exact: true }).dblclick();
    await arrive(life, '/account');
    expect(life.visit.flaws).toEqual([]);
  });

  test('a form whose confirmation has expired leads to the confirmation, and then back to its section', async () => {
    const life = await registered();
    const { input, texts, visit: own } = life;
    await input.press('summary', texts.account.deleteSubmit);
    await input.type('password', life.password);
    service().advance(11);
    await input.press('button', texts.account.deleteSubmit);
    await own.page.waitForURL('**/account/delete');
    expect(await own.page.locator('h1').textContent()).toBe(texts.account.confirmTitle);
    expect(await own.page.getByRole('alert').textContent()).toBe(texts.problems.not_proven);
    await input.type('password', life.password);
    await input.press('button', texts.account.confirmSubmit);
    await arrive(life, '/account', 'confirmed');
    expect(new URL(own.page.url()).hash).toBe('#delete');
    await input.press('summary', texts.account.deleteSubmit);
    await input.type('password', life.password);
    await input.press('button', texts.account.deleteSubmit);
    await arrive(life, '/sign-in', 'account_deleted');
    expect(own.flaws).toEqual([]);
  });
});
