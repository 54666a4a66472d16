/** Passkeys on pages: what the script of the pages does, with an authenticator in software. */

import { expect } from 'vitest';
import { codesOn, factorsOn } from './factor-pages.ts';
import type { Browser, Sent } from './pages.ts';
import type { Page } from './seen-page.ts';
import {
  type CreationOptions,
  type RequestOptions,
  SoftwareAuthenticator,
} from './software-authenticator.ts';

const origin = 'https://auth.example.com';

/** Pages whose passkeys belong to a host that has one. */
export const passkeysOn = { ...factorsOn, GATEHOUSE_PUBLIC_URL: origin };

export function newAuthenticator(): SoftwareAuthenticator {
  return new SoftwareAuthenticator({ origin });
}

/** Asks for the options, as the script does. */
export async function optionsFor<Options extends CreationOptions | RequestOptions>(
  browser: Browser,
  purpose: string,
): Promise<Options> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
  const asked = await browser.postBody('/auth/passkeys/options', JSON.stringify({ for: purpose }), headers);
  expect([purpose, asked.status], asked.text).toEqual([purpose, 200]);
  return JSON.parse(asked.text) as Options;
}

/** Fills the answer of a passkey into the form of its button, and sends it to where the button says. */
export async function sendAnswer(
  browser: Browser,
  page: Page,
  purpose: string,
  answer: object,
  more: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const pattern = new RegExp(`data-passkey="${purpose}" data-options="([^"]*)" data-action="([^"]*)"`);
  const [, options = '', action = ''] = pattern.exec(page.text) ?? [];
  expect(options).toMatch(/^(?:\.\.\/)*auth\/passkeys\/options$/);
  const form = page.forms.find(({ names }) => names.includes('passkey'));
  const path = new URL(action, `http://own.invalid${page.at}`).pathname;
  return browser.post(path, { ...form?.values, ...more, passkey: JSON.stringify(answer) });
}

/** Adds a passkey on the account page, and returns the page with the recovery codes. */
export async function addPasskey(
  browser: Browser,
  authenticator: SoftwareAuthenticator,
  name = '',
): Promise<Sent> {
  const page = await browser.open('/account');
  const answer = authenticator.create(await optionsFor<CreationOptions>(browser, 'register'));
  const done = await sendAnswer(browser, page, 'register', answer, { name });
  expect([done.status, codesOn(done).length], done.words).toEqual([200, 10]);
  return done;
}

/** Signs in with a passkey alone. */
export async function signInWith(
  browser: Browser,
  authenticator: SoftwareAuthenticator,
  path = '/sign-in',
  more: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const page = await browser.open(path);
  const answer = authenticator.get(await optionsFor<RequestOptions>(browser, 'login'));
  return sendAnswer(browser, page, 'sign-in', answer, more);
}
