/** The links of mails in a browser: only the button of a page uses one up, once, in any browser, in time (ruling L3). */

import { describe, expect, onTestFinished, test } from 'vitest';
import {
  arrive,
  confirmAddress,
  type Life,
  mailedToken,
  newLife,
  open,
  register,
  signIn,
  signOut,
} from '../support/browser/account-life.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { byPointer } from '../support/browser/person-input.ts';
import { startService } from '../support/browser/service.ts';
import { type Visit, visit } from '../support/browser/visit.ts';
import { sendExactly } from '../support/client.ts';
import { countRows } from '../support/database.ts';

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);
  const service = shared((atEnd) => startService(atEnd));

  const newVisit = () => visit(browser(), service().origin, {}, onTestFinished);

  /** A registered person whose mail with a link has arrived. */
  async function registered(): Promise<{ readonly life: Life; readonly token: string }> {
    const life = newLife(service(), await newVisit(), byPointer);
    await register(life);
    return { life, token: await mailedToken(life, '/verify-email') };
  }

  /** Opens a link in a visit, as from a mail program. */
  async function follow({ page }: Visit, path: string, token: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(`${service().origin}${path}#token=${token}`);
  }

  const pressVerify = ({ page }: Visit, { texts }: Life) =>
    byPointer(page).press('button', texts.token.verifySubmit);

  /** What the page says beside the field of the code. */
  const problemOf = ({ page }: Visit) => page.locator('#code-problem').textContent();

  test('L3: HEAD, a scanner and a prefetch of the link use nothing up; the button does', async () => {
    const { life, token } = await registered();
    const { visit: own } = life;
    const [node] = service().nodes;
    const tokens = () => countRows(node, 'tokens');
    const before = await tokens();
    const prefetch = { 'sec-purpose': 'prefetch', purpose: 'prefetch' };
    const looks = [
      { method: 'HEAD', path: '/verify-email' },
      { path: `/verify-email?token=${token}` },
      { path: '/verify-email', headers: prefetch },
      { path: `/verify-email?code=${token}`, headers: prefetch },
    ];
    for (const look of looks) expect((await sendExactly(node.url, look)).status).toBe(200);
    await follow(own, '/verify-email', token);
    await follow(own, '/verify-email', token);
    expect(await tokens()).toBe(before);
    await pressVerify(own, life);
    await arrive(life, '/account', 'email_verified');
    expect(await tokens()).toBe(before - 1);
    expect(own.flaws).toEqual([]);
  });

  test('L3: a link that was used says so, and its code is not accepted again', async () => {
    const { life, token } = await registered();
    const { visit: own, texts } = life;
    for (const _ of [1, 2]) {
      await follow(own, '/verify-email', token);
      await pressVerify(own, life);
      await own.page.waitForLoadState();
    }
    expect(await problemOf(own)).toBe(texts.problems.invalid_token);
    expect(own.page.url()).toBe(`${service().origin}/verify-email`);
    expect(own.flaws).toEqual([]);
  });

  test('L3: a link works in a browser in which the person is not signed in', async () => {
    const { life, token } = await registered();
    const other = await newVisit();
    await follow(other, '/verify-email', token);
    await pressVerify(other, life);
    await arrive({ ...life, visit: other }, '/sign-in', 'email_verified');
    await life.visit.page.reload();
    expect(await life.visit.page.getByText(life.texts.account.verified, { exact: true }).count()).toBe(1);
    expect([...other.flaws, ...life.visit.flaws]).toEqual([]);
  });

  test('a link that has expired is refused, and a new one can be asked for', async () => {
    const { life, token } = await registered();
    const { visit: own, texts, input } = life;
    service().advance(24 * 60 + 1);
    await follow(own, '/verify-email', token);
    await pressVerify(own, life);
    expect(await problemOf(own)).toBe(texts.problems.invalid_token);
    await open(life, '/account');
    await signIn(life);
    await input.press('button', texts.account.sendLink);
    await arrive(life, '/account', 'verification_sent');
    await confirmAddress(life);
    expect(own.flaws).toEqual([]);
  });

  test('of two tabs with one link for a new password the first sets it, and the other is refused', async () => {
    const { life } = await registered();
    const { texts, input, visit: own } = life;
    await signOut(life);
    await open(life, '/forgot-password');
    await input.type('identifier', ` ${life.email} `);
    await input.press('button', texts.forgot.submit);
    await arrive(life, '/forgot-password', 'mail_sent');
    const token = await mailedToken(life, '/reset-password');
    const other = await newVisit();
    for (const one of [own, other]) {
      await follow(one, '/reset-password', token);
      // The code is there, and the next thing to type is the password.
      expect(await one.page.locator('[name="new_password"]:focus').count()).toBe(1);
      await byPointer(one.page).type('new_password', 'another sentence of words');
    }
    await input.press('button', texts.token.resetSubmit);
    await arrive(life, '/sign-in', 'password_reset');
    await byPointer(other.page).press('button', texts.token.resetSubmit);
    expect(await problemOf(other)).toBe(texts.problems.invalid_token);
    await service().mail.taken(1);
    expect([...own.flaws, ...other.flaws]).toEqual([]);
  });
});
