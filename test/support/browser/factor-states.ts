/** The pages of second factors in every state in which a person can meet them. */

import type { Page } from 'playwright-core';
import { codeAt } from '../authenticator-app.ts';
import { secretOn } from '../factor-pages.ts';
import { Browser } from '../pages.ts';
import type { TestServer } from '../server.ts';
import { longAddress, type PageState, password, send } from './state-steps.ts';

/** Gives the right password of a person with a second factor. */
async function toSecondStep(page: Page, server: TestServer): Promise<void> {
  const [email, browser] = [longAddress(), new Browser(server)];
  await browser.fill('/register', { identifier: email, password });
  const begun = await browser.send(await browser.open('/account'), {}, 'account/authenticator');
  const code = codeAt(secretOn(begun), Date.now());
  await browser.submit(begun, { code }, '../account/authenticator/confirm');
  await page.locator('[name="identifier"]').fill(email);
  await page.locator('[name="password"]').fill(password);
  await page.locator('button.main').click();
  await page.locator('[name="code"]').waitFor();
}

/** Begins to set up an app, and returns its secret. */
async function setUpApp(page: Page): Promise<string> {
  await page.locator('#factors form button').first().click();
  return (await page.locator('code.secret').textContent()) ?? '';
}

/** What people see of second factors. */
export const factorStates: readonly PageState[] = [
  { state: 'the second step', path: '/sign-in', act: toSecondStep },
  {
    state: 'the second step with a wrong code',
    path: '/sign-in',
    async act(page, server) {
      await toSecondStep(page, server);
      await send({ code: '000000' })(page);
    },
  },
  {
    state: 'the second step by a recovery code',
    path: '/sign-in',
    async act(page, server) {
      await toSecondStep(page, server);
      await page.locator('.links a').first().click();
      await page.locator('[name="with"]').waitFor({ state: 'attached' });
    },
  },
  { state: 'a second step of no sign-in', path: '/second-factor' },
  {
    state: 'an app with a wrong code',
    path: '/account',
    isSignedIn: true,
    async act(page) {
      await setUpApp(page);
      await send({ code: '000000' })(page);
    },
  },
  {
    state: 'the recovery codes',
    path: '/account',
    isSignedIn: true,
    async act(page) {
      const secret = await setUpApp(page);
      await page.locator('[name="code"]').fill(codeAt(secret, Date.now()));
      await page.locator('button.main').click();
      await page.locator('.codes').waitFor();
    },
  },
  { state: 'the account with an app', path: '/account', isSignedIn: true },
  { state: 'the confirmation with a code', path: '/account/confirm', isSignedIn: true },
  {
    state: 'the enrolment of a factor that is required',
    on: 'required',
    path: '/register',
    async act(page) {
      await page.locator('[name="identifier"]').fill(longAddress());
      await page.locator('[name="password"]').fill(password);
      await page.locator('button.main').click();
      await page.waitForURL('**/enrol');
    },
  },
  { state: 'an enrolment of no sign-in', on: 'closed', path: '/enrol' },
];
