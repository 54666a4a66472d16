/** Every page of Gatehouse in every state in which a person can meet it. */

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { takeAway } from '../database.ts';
import { startServer, type TestServer } from '../server.ts';
import type { AtEnd } from './chromium.ts';
import { factorStates } from './factor-states.ts';
import { longAddress, type PageState, password, type Servers, send } from './state-steps.ts';

async function startServers(atEnd: AtEnd, accent = '#2451c4'): Promise<Servers> {
  const start = (registration = 'open', more: Readonly<Record<string, string>> = {}) =>
    startServer(
      {
        GATEHOUSE_PAGES: 'on',
        GATEHOUSE_FRONT_PAGE: 'on',
        GATEHOUSE_PAGES_ACCENT: accent,
        GATEHOUSE_REGISTRATION: registration,
        GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
        ...more,
      },
      undefined,
      atEnd,
    );
  const broken = await start();
  await takeAway(broken, 'sessions');
  const required = await start('open', {
    GATEHOUSE_SECOND_FACTOR: 'required',
    // Its pages offer passkeys.
    GATEHOUSE_PUBLIC_URL: 'https://id.example.com',
  });
  const [open, invite, closed] = [await start(), await start('invite'), await start('closed')];
  return { open, invite, closed, required, broken };
}

const unfoldAll = async (page: Page) => {
  for (const summary of await page.locator('summary').all()) await summary.click();
};

const unknown = { identifier: 'no-one@example.com', password };

export const pageStates: readonly PageState[] = [
  { state: 'the front page', path: '/' },
  { state: 'sign-in', path: '/sign-in' },
  { state: 'sign-in after a sign-out', path: '/sign-in?done=signed_out' },
  { state: 'sign-in with empty fields', path: '/sign-in', act: send() },
  { state: 'sign-in with a wrong name', path: '/sign-in', act: send(unknown) },
  { state: 'sign-in of a person who is signed in', path: '/sign-in', isSignedIn: true },
  { state: 'registration', path: '/register' },
  { state: 'registration with empty fields', path: '/register', act: send() },
  {
    state: 'registration with a refused name and password',
    path: '/register',
    act: send({ identifier: 'a b', password: 'x' }),
  },
  { state: 'registration by invitation', on: 'invite', path: '/register' },
  {
    state: 'registration with a wrong invitation',
    on: 'invite',
    path: '/register',
    act: send({ code: 'x'.repeat(26), identifier: 'someone@example.com', password }),
  },
  { state: 'closed registration', on: 'closed', path: '/register' },
  { state: 'sign-in without registration', on: 'closed', path: '/sign-in' },
  { state: 'a forgotten password', path: '/forgot-password' },
  { state: 'a forgotten password with an empty field', path: '/forgot-password', act: send() },
  { state: 'a forgotten password whose mail is sent', path: '/forgot-password?done=mail_sent' },
  { state: 'a new password', path: '/reset-password' },
  { state: 'a new password with the code of a link', path: `/reset-password#token=${'a'.repeat(26)}` },
  {
    state: 'a new password with a wrong code',
    path: '/reset-password',
    act: send({ code: 'x', new_password: password }),
  },
  { state: 'the confirmation of an address', path: '/verify-email' },
  {
    state: 'the confirmation of an address with a wrong code',
    path: '/verify-email',
    act: send({ code: 'x' }),
  },
  { state: 'sign-out', path: '/sign-out', isSignedIn: true },
  { state: 'sign-out of a person who is not signed in', path: '/sign-out' },
  { state: 'the account', path: '/account', isSignedIn: true },
  { state: 'the account after a change', path: '/account?done=password_changed', isSignedIn: true },
  { state: 'the account with all forms open', path: '/account', isSignedIn: true, act: unfoldAll },
  {
    state: 'the account with a refused form',
    path: '/account',
    isSignedIn: true,
    async act(page) {
      await page.locator('#password summary').click();
      await page.locator('#password button').click();
      await page.locator('[aria-invalid]').first().waitFor();
    },
  },
  { state: 'the confirmation of the password', path: '/account/confirm?section=delete', isSignedIn: true },
  {
    state: 'the confirmation with a wrong password',
    path: '/account/confirm',
    isSignedIn: true,
    act: send({ password: 'something else' }),
  },
  { state: 'all sessions', path: '/account/sessions', isSignedIn: true },
  { state: 'all activity', path: '/account/activity', isSignedIn: true },
  { state: 'the page of an unknown path', path: '/account/unknown' },
  { state: 'the page of a server without its database', on: 'broken', path: '/sign-in', act: send(unknown) },
  // One of them leaves a cookie behind.
  ...factorStates,
  // The clock goes on from here.
  {
    state: 'the account without a recent confirmation',
    path: '/account',
    isSignedIn: true,
    async act(page, server) {
      server.advance(11 * 60_000);
      await page.reload();
    },
  },
];

/** Signs a new person in, with the longest names that there are and sessions of several devices. */
async function signIn(context: BrowserContext, server: TestServer): Promise<void> {
  const body = { email: longAddress(), password };
  const registered = await server.post('/auth/register', body);
  if (registered.status !== 201) throw new Error(`The registration was answered ${registered.text}.`);
  const headers = {
    'user-agent':
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'x-forwarded-for': '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
  };
  for (let n = 0; n < 11; n += 1) await server.post('/auth/login', body, headers);
  await context.addCookies([{ name: 'session_id', value: registered.cookie ?? '', url: server.url }]);
}

/** The page of one browser that is signed in on the open server, and of one that is not signed in anywhere. */
export interface StatePages {
  readonly servers: Servers;
  readonly signedIn: Page;
  readonly signedOut: Page;
}

export async function openStatePages(
  browser: Browser,
  atEnd: AtEnd,
  { accent, locale = 'en-GB' }: { readonly accent?: string; readonly locale?: string } = {},
): Promise<StatePages> {
  const servers = await startServers(atEnd, accent);
  const [member, stranger] = [await browser.newContext({ locale }), await browser.newContext({ locale })];
  atEnd(async () => {
    await member.close();
    await stranger.close();
  });
  await signIn(member, servers.open);
  return { servers, signedIn: await member.newPage(), signedOut: await stranger.newPage() };
}

export type { PageState };

/** Brings a page into a state, from the top of a new document. */
export async function openState(
  pages: StatePages,
  { on = 'open', path, isSignedIn = false, act }: PageState,
): Promise<Page> {
  const server = pages.servers[on];
  const page = isSignedIn ? pages.signedIn : pages.signedOut;
  await page.goto('about:blank');
  await page.goto(`${server.url}${path}`);
  await act?.(page, server);
  return page;
}
