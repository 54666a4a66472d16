/** The ways in which a person operates a page: with a pointer, or with the keyboard alone. */

import type { Locator, Page } from 'playwright-core';

/** What can be operated: a field by its name, and the others by their words. */
export type Control = 'field' | 'button' | 'link' | 'summary';

export interface PersonInput {
  /** Types into a field that is shown. */
  type(name: string, value: string): Promise<void>;
  check(name: string): Promise<void>;
  press(control: 'button' | 'link' | 'summary', words: string): Promise<void>;
}

/** The first of these that is shown: links of the same words lead to the same thing. */
export function shown(page: Page, control: Control, words: string): Locator {
  const exact = new RegExp(`^\\s*${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
  const found = {
    field: () => page.locator(`[name="${words}"]`),
    button: () => page.locator('button').and(page.getByRole('button', { name: words, exact: true })),
    link: () => page.getByRole('link', { name: words, exact: true }),
    summary: () => page.locator('summary').filter({ hasText: exact }),
  }[control]();
  return found.locator('visible=true').first();
}

export function byPointer(page: Page): PersonInput {
  return {
    type: (name, value) => shown(page, 'field', name).fill(value),
    check: (name) => shown(page, 'field', name).check(),
    press: (control, words) => shown(page, control, words).click(),
  };
}

/** No page has more stops. */
const maxStops = 80;

/** Goes from stop to stop with the Tab key. The element that has the focus must show it. */
export function byKeyboard(page: Page): PersonInput {
  const goTo = async (control: Control, words: string) => {
    const wanted = shown(page, control, words);
    await wanted.waitFor();
    const focused = wanted.and(page.locator(':focus-visible'));
    for (let stops = 0; stops < maxStops; stops += 1) {
      if ((await focused.count()) === 1) {
        const outline = await page.evaluate(outlineOfFocus);
        if (outline !== 'solid 3px')
          throw new Error(`${control} "${words}" does not show the focus: ${outline}`);
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not reach ${control} "${words}".`);
  };
  return {
    async type(name, value) {
      await goTo('field', name);
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(value);
    },
    async check(name) {
      await goTo('field', name);
      await page.keyboard.press('Space');
    },
    async press(control, words) {
      await goTo(control, words);
      await page.keyboard.press(control === 'summary' ? 'Space' : 'Enter');
    },
  };
}

const outlineOfFocus = `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(
  getComputedStyle(document.activeElement))`;
