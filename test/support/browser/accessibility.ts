/** What axe-core finds on a page, and what it does not measure: sideways scrolling and small targets. */

import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.2 up to level AA, and what is good practice beyond it. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The smallest target of a pointer, in CSS pixels (WCAG 2.2, success criterion 2.5.8). */
const minTarget = 24;

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** The rules whose outcome depends on the colour scheme and the width; axe itself needs most of its time for others. */
export const visualRules = ['color-contrast', 'target-size', 'link-in-text-block'];

/** The violations of a page, each with the elements; of some rules alone if they are named. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const only = rules === undefined ? { type: 'tag', values: tags } : { type: 'rule', values: rules };
  // Evaluated by the browser itself: the policy of the page allows no code of others.
  await page.evaluate(`globalThis.axe ?? (() => { ${axe.source} })()`);
  const found = await page.evaluate<Found>(
    `axe.run({ runOnly: ${JSON.stringify(only)}, resultTypes: ['violations'] })`,
  );
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** By how many pixels a page is wider than its window. */
export function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** The controls that are too small, but for links within a sentence, as the criterion has it. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]
    .filter((element) => element.checkVisibility())
    .filter((element) => element.tagName !== 'A' || element.parentElement.textContent.trim() === element.textContent.trim())
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width < ${minTarget} || height < ${minTarget};
    })
    .map((element) => element.outerHTML)`);
}
