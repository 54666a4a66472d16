/** People register, sign in and out, look at their account and end a session in Firefox. */

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { shared } from '../support/browser/chromium.ts';
import { type FirefoxTab, firefox, inFirefox, launchFirefox } from '../support/browser/firefox.ts';
import { startService } from '../support/browser/service.ts';

const password = 'a sentence of a few words';

describe.skipIf(firefox === undefined)(inFirefox, () => {
  const browser = shared(launchFirefox);
  const service = shared((atEnd) => startService(atEnd, { scheme: 'http', host: 'localhost' }));

  async function signIn(tab: FirefoxTab, email: string): Promise<void> {
    await tab.type('identifier', email);
    await tab.type('password', password);
    await tab.press('button.main');
    await tab.arrive(`${service().origin}/account`);
  }

  test('a person registers, confirms the address, signs out and in, and ends the session of another browser', async () => {
    const { origin, mail } = service();
    const email = `${randomUUID()}@example.com`;
    const tab = await browser().open();
    await tab.goto(`${origin}/register`);
    await signIn(tab, email);
    expect(await tab.read(`document.querySelector('#profile dl').textContent`)).toContain(email);
    const [verification] = await mail.taken(1);
    await tab.goto(`${origin}/verify-email#token=${verification?.token}`);
    await tab.arrive(`${origin}/verify-email`);
    await tab.press('button.main');
    await tab.arrive(`${origin}/account?done=email_verified`);
    await tab.press('header button');
    await tab.arrive(`${origin}/sign-in?done=signed_out`);
    await signIn(tab, email);

    const other = await browser().open();
    await other.goto(`${origin}/account`);
    await other.arrive(`${origin}/sign-in?return_to=account`);
    await signIn(other, email);
    await tab.goto(`${origin}/account`);
    const sessions = `document.querySelectorAll('#sessions li').length`;
    expect(await tab.read(sessions)).toBe('2');
    expect(await tab.read(`document.querySelector('#sessions li').textContent`)).toContain(
      'Firefox on Linux',
    );
    await tab.press('#sessions li:not(:has(.tag)) button');
    await tab.arrive(`${origin}/account?done=session_ended#sessions`);
    expect(await tab.read(sessions)).toBe('1');
    await other.goto(`${origin}/account`);
    await other.arrive(`${origin}/sign-in?return_to=account`);
    expect(browser().flaws).toEqual([]);
  });

  test('without a session the page of the account leads to sign-in, and a wrong password is said beside the form', async () => {
    const { origin } = service();
    const tab = await browser().open();
    await tab.goto(`${origin}/account`);
    await tab.arrive(`${origin}/sign-in?return_to=account`);
    await tab.type('identifier', 'no-one@example.com');
    await tab.type('password', 'something else');
    await tab.press('button.main');
    await tab.arrive(`${origin}/sign-in`);
    expect(await tab.read(`document.querySelector('[role=alert]').textContent`)).toContain('no account');
    expect(browser().flaws).toEqual([]);
  });
});
