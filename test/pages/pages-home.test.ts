/** Where people go after they have signed in without a target (ruling L5). */

import { expect, test } from 'vitest';
import { Browser, below, newcomer, pagesOn, type Sent } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { sharedServer, startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';
const plain = 'http://127.0.0.1:5173';

const shared = sharedServer(
  { ...pagesOn, GATEHOUSE_ALLOWED_ORIGINS: `${allowed},${plain},chrome-extension://${'a'.repeat(32)}` },
  async (server) => void (await newcomer(server)),
);

const policyOf = ({ headers }: Pick<Sent, 'headers'>) =>
  /form-action ([^;]*);/.exec(String(headers['content-security-policy']))?.[1];

test.each([
  ['/app', "'self'"],
  [`${allowed}/start`, `'self' ${allowed}`],
])('L5: without a target people go to the page of the setting: %s', async (home, policy) => {
  const server = await startServer({
    ...pagesOn,
    GATEHOUSE_PAGES_HOME: home,
    GATEHOUSE_ALLOWED_ORIGINS: allowed,
  });
  const browser = new Browser(server);
  const page = await browser.open('/register');
  expect(policyOf(page)).toBe(policy);
  expect((await browser.submit(page, { identifier, password })).location).toBe(home);
  expect(policyOf(await browser.open('/sign-in'))).toBe(policy);
  expect((await browser.fill('/sign-in', { identifier, password })).location).toBe(home);
  const toAccount = await browser.open('/sign-in?return_to=account');
  expect((await browser.submit(toAccount, { identifier, password })).location).toBe('account');
  // Signing out leads there only if it is asked for.
  const out = await browser.open('/sign-out');
  expect(policyOf(out)).toBe("'self'");
  expect((await browser.submit(out)).location).toBe('sign-in?done=signed_out');
  await browser.fill('/sign-in', { identifier, password });
  const asked = await browser.open(`/sign-out?return_to=${encodeURIComponent(home)}`);
  expect([policyOf(asked), (await browser.submit(asked)).location]).toEqual([policy, home]);
});

test('people who are sent to sign in come back to their account', async () => {
  const browser = new Browser(shared());
  for (const path of [
    '/account',
    '/account/sessions',
    '/account/activity',
    '/account/confirm',
    '/account/email',
  ]) {
    const sent = await browser.open(path);
    expect([sent.status, below(path, String(sent.location))]).toEqual([303, '/sign-in?return_to=account']);
  }
  const page = await browser.follow(await browser.open('/account/sessions'));
  expect((await browser.submit(page, { identifier, password })).location).toBe('account');
});
