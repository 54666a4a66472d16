/** Every page and state can be used by all people: axe-core, narrow screens, zoom, targets, autofill and paste (WCAG 2.2 AA). */

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { sidewaysPixels, smallTargets, violations, visualRules } from '../support/browser/accessibility.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { openState, openStatePages, type PageState, pageStates } from '../support/browser/page-states.ts';
import { isFull } from '../support/length.ts';

const narrow = { width: 320, height: 640 };
const wide = { width: 1_280, height: 800 };
/** What is left of the wide screen at a zoom of 200 %. */
const zoomed = { width: 640, height: 400 };

/** Each scheme and each width. */
const allLooks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [wide, zoomed, narrow].map((viewport) => ({ colorScheme, viewport })),
);

/** The wide light page, and the narrow dark one. */
const twoLooks = allLooks.filter(
  ({ colorScheme, viewport }) => viewport !== zoomed && (colorScheme === 'dark') === (viewport === narrow),
);

const accents = ['#ffff00', '#000000'];

/** The states that show all that has a colour of the accent. */
const coloured = ['the front page', 'sign-in with a wrong name', 'the account with all forms open'];

/** The short form has the pages that differ most, and each kind of message; the full one has every state. */
const inShort = [
  ...coloured,
  'sign-in with empty fields',
  'registration by invitation',
  'a forgotten password whose mail is sent',
  'a new password with the code of a link',
  'the confirmation with a wrong password',
  'all sessions',
  'the page of a server without its database',
  'the second step with a wrong code',
  'the recovery codes',
  'the enrolment of a factor that is required',
  'the account without a recent confirmation',
];
const states = pageStates.filter(({ state }) => isFull || inShort.includes(state));

const account = pageStates.find(({ state }) => state === 'the account with all forms open') as PageState;

/**
 * What is wrong with a page in each scheme and at each width. axe checks everything on the wide page, and otherwise the rules
 * that see colours and sizes: the others see the same page again.
 */
async function flawsOf(page: Page, looks = isFull ? allLooks : twoLooks): Promise<unknown> {
  const found: [string, string[]][] = [];
  for (const { colorScheme, viewport } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    const flaws = await violations(page, viewport === wide ? undefined : visualRules);
    const sideways = await sidewaysPixels(page);
    if (sideways > 0) flaws.push(`${sideways} pixels wider than the window`);
    flaws.push(...(await smallTargets(page)).map((element) => `too small: ${element}`));
    if (flaws.length > 0) found.push([`${colorScheme} ${viewport.width}`, flaws]);
  }
  return found;
}

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);

  describe('in English', () => {
    const pages = shared((atEnd) => openStatePages(browser(), atEnd));

    test('every field says what browsers and password managers fill in (success criteria 1.3.5 and 3.3.8)', async () => {
      const found = new Map<string, string[]>();
      const paths = ['/sign-in', '/register', '/forgot-password', '/reset-password', '/verify-email'];
      for (const state of [...paths.map((path) => ({ state: path, path })), account]) {
        const page = await openState(pages(), state);
        const fields = await page.evaluate<string[]>(
          `[...document.querySelectorAll('input:not([type=checkbox], [type=hidden], [hidden])')].map((field) => field.name + ' ' + field.autocomplete)`,
        );
        found.set(state.path, fields);
      }
      expect(Object.fromEntries(found)).toEqual({
        '/sign-in': ['identifier username', 'password current-password'],
        '/register': ['identifier username', 'password new-password'],
        '/forgot-password': ['identifier username'],
        '/reset-password': ['code one-time-code', 'new_password new-password'],
        '/verify-email': ['code one-time-code'],
        '/account': [
          'identifier email',
          'password current-password',
          'password current-password',
          'new_password new-password',
          'password current-password',
        ],
      });
    });

    test('a flaw of each kind is seen', async () => {
      const page = await openState(pages(), { state: 'sign-in', path: '/sign-in' });
      await page.evaluate(`document.querySelector('label').remove();
        document.querySelector('h1').style.color = '#bbb';
        document.querySelector('button').style.cssText = 'width: 20rem; min-height: 0; height: 1rem; margin-left: 100vw'`);
      const flaws = JSON.stringify(await flawsOf(page));
      for (const flaw of ['label: ', 'color-contrast: ', 'pixels wider', 'too small: <button'])
        expect(flaws).toContain(flaw);
    });

    test('a password can be pasted (success criterion 3.3.8)', async () => {
      const page = await openState(pages(), { state: 'sign-in', path: '/sign-in' });
      await page.locator('[name="identifier"]').fill('from a password manager');
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Control+c');
      await page.locator('[name="password"]').focus();
      await page.keyboard.press('Control+v');
      expect(await page.locator('[name="password"]').inputValue()).toBe('from a password manager');
    });

    test.each(states)('$state has no violation in light and dark, wide and narrow', async (state) => {
      expect(await flawsOf(await openState(pages(), state))).toEqual([]);
    });
  });

  // The catalogue and the contrast of accents have tests of their own; here they are seen as a whole.
  describe.runIf(isFull)('in German', () => {
    const pages = shared((atEnd) => openStatePages(browser(), atEnd, { locale: 'de-DE' }));
    test.each(pageStates)('$state has no violation', async (state) => {
      const page = await openState(pages(), state);
      if (state === account) expect(await page.locator('html').getAttribute('lang')).toBe('de');
      expect(await flawsOf(page, twoLooks)).toEqual([]);
    });
  });

  describe.runIf(isFull).each(accents)('with the accent colour %s', (accent) => {
    const pages = shared((atEnd) => openStatePages(browser(), atEnd, { accent }));
    test.each(pageStates.filter(({ state }) => coloured.includes(state)))(
      '$state has no violation',
      async (state) => {
        expect(await flawsOf(await openState(pages(), state))).toEqual([]);
      },
    );
  });
});
