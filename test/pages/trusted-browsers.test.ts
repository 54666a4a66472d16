/** Browsers that are trusted at the second step: for thirty days, by the owner's will, and no longer than the password (F4). */

import { expect, test } from 'vitest';
import { atSecondStep, FrozenServer, withApp } from '../support/factor-pages.ts';
import type { Browser } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';

const tenMinutes = 10 * 60;

test('F4: a trusted browser is not asked for thirty days, and any other one is', async () => {
  const frozen = await FrozenServer.start();
  const { secret, browser: own } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  const done = await browser.submit(page, { code: frozen.code(secret), trust: 'on' });
  expect(done.headers['set-cookie']?.join('\n')).toMatch(
    /^__Host-gatehouse_trusted=[a-z0-9]{26}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/m,
  );
  const account = await own.open('/account');
  expect(account.words).toContain('Trusted browsers In these the password is enough. Firefox on Linux');
  await browser.send(await browser.open('/account'), {}, 'sign-out');
  frozen.pass(29 * 86_400);
  const again = await browser.fill('/sign-in', { identifier: 'ada@example.com', password });
  expect([again.location, await isAlive(frozen.server, browser.id)]).toEqual(['account', true]);
  await atSecondStep(frozen);
  frozen.pass(86_400);
  browser.cookies.delete('session_id');
  await atSecondStep(frozen, { browser });
});

test('F4, F5: a session of a trusted browser may change nothing of the factors before a code confirms it', async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  await browser.submit(page, { code: frozen.code(secret), trust: 'on' });
  frozen.pass(60);
  browser.cookies.delete('session_id');
  await browser.fill('/sign-in', { identifier: 'ada@example.com', password });
  const asked = await browser.post('/account/authenticator/remove', {});
  expect(asked.status).toBe(403);
  const form = { password, code: frozen.code(secret) };
  const confirmed = await browser.submit(asked, form, '../../account/confirm');
  expect(confirmed.location).toBe('../account?done=confirmed#factors');
});

test('F4: the owner ends the trust in one browser, or in all', async () => {
  const frozen = await FrozenServer.start();
  const { secret, browser: own } = await withApp(frozen);
  const browsers: Browser[] = [];
  for (let n = 0; n < 3; n += 1) {
    const { browser, page } = await atSecondStep(frozen);
    await browser.submit(page, { code: frozen.code(secret), trust: 'on' });
    browser.cookies.delete('session_id');
    browsers.push(browser);
    frozen.pass(60);
  }
  const page = await own.open('/account');
  const forget = page.forms.filter(({ action }) => action.startsWith('account/browsers/'));
  expect(forget).toHaveLength(3);
  // The newest is the first; no confirmation is needed, because it only locks.
  frozen.pass(tenMinutes);
  const done = await own.submit(page, {}, forget[0]?.action);
  expect(done.location).toBe('../../account?done=browser_forgotten#factors');
  await atSecondStep(frozen, { browser: browsers[2] as Browser });
  expect((await browsers[1]?.fill('/sign-in', { identifier: 'ada@example.com', password }))?.location).toBe(
    'account',
  );
  expect((await own.post(`/${forget[0]?.action}`, {})).status).toBe(404);
  const all = await own.submit(await own.open('/account'), {}, 'account/browsers');
  expect((await own.follow(all)).notice).toBe('All trusted browsers are forgotten.');
  await atSecondStep(frozen, { browser: browsers[0] as Browser });
  expect((await own.open('/account')).words).toContain('Trusted browser forgotten');
});

test('F4: a new password ends the trust, and a step that waits', async () => {
  const frozen = await FrozenServer.start();
  const { secret, browser: own } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  await browser.submit(page, { code: frozen.code(secret), trust: 'on' });
  frozen.pass(60);
  const waiting = await atSecondStep(frozen);
  const changed = await own.submit(
    await own.open('/account'),
    { password, new_password: 'a whole new one' },
    'account/password',
  );
  expect(changed.status).toBe(303);
  const late = await waiting.browser.submit(waiting.page, { code: frozen.code(secret) });
  expect([late.status, late.words.includes('There is no sign-in to finish here.')]).toEqual([409, true]);
  const again = await browser.fill('/sign-in', {
    identifier: 'ada@example.com',
    password: 'a whole new one',
  });
  expect(again.location).toBe('second-factor');
});
