/** The pages on which people sign in, register and sign out, and where each of them leads (rulings R1 to R5 and L5). */

import { expect, test } from 'vitest';
import { Browser, newcomer, pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

test('a person registers, signs out, and signs in again', async () => {
  const server = await startServer(pagesOn);
  const browser = await newcomer(server);
  const account = await browser.open('/account');
  expect([account.status, account.words]).toEqual([200, expect.stringContaining('ada@example.com')]);
  const out = await browser.submit(account, {}, 'sign-out');
  expect([out.status, out.location, browser.id]).toEqual([303, 'sign-in?done=signed_out', '']);
  const signIn = await browser.follow(out);
  expect(signIn.notice).toBe('You are signed out.');
  const signedIn = await browser.submit(signIn, { identifier: 'ada@example.com', password });
  expect([signedIn.status, signedIn.location]).toEqual([303, 'account']);
  expect((await browser.follow(signedIn)).status).toBe(200);
});

test('R1: a wrong password and an unknown name get the same answer', async () => {
  const server = await startServer(pagesOn);
  await newcomer(server);
  const answers = [];
  for (const identifier of ['ada@example.com', 'eve@example.com', 'eve', '"><b>'])
    answers.push(await new Browser(server).fill('/sign-in', { identifier, password: 'not my password' }));
  for (const { status, alert, headers } of answers)
    expect([status, alert, headers['set-cookie']]).toEqual([
      401,
      'There is no account with this name and password. Check both, and try again.',
      undefined,
    ]);
});
