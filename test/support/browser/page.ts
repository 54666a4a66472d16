/** What a person does on a page of the tests, and what a script of that page can do and read. */

import type { Page } from 'playwright-core';

/** Fills in the fields of a page by their names. */
export async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
}

/** Presses a button and resolves with what the page then shows. */
export async function press(page: Page, button: string): Promise<string> {
  await page.getByRole('button', { name: button, exact: true }).click();
  // The page empties its output as soon as a button is pressed, and fills it when it has an answer.
  const output = page.locator('output:not(:empty)');
  return (await output.textContent()) ?? '';
}

/** What a script sends. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  readonly mode?: 'cors' | 'no-cors';
}

/** What a script may read of an answer. The status of one that is hidden from it is 0. */
export interface Read {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | null;
}

/** Calls `fetch` in a script of the page. `refused` is what the browser says instead of an answer. */
export function ask(
  page: Page,
  url: string,
  asked: Asked = {},
): Promise<Read | { readonly refused: string }> {
  return page.evaluate(
    async ([url, asked]) => {
      try {
        const answer = await fetch(url, asked);
        const requestId = answer.headers.get('x-request-id');
        return { status: answer.status, text: await answer.text(), requestId };
      } catch (error) {
        return { refused: String(error) };
      }
    },
    [url, asked] as const,
  );
}

/** POSTs a JSON body in a script of the page. */
export function post(page: Page, url: string, body: object, asked: Asked = {}) {
  const headers = { 'content-type': 'application/json', ...asked.headers };
  return ask(page, url, { ...asked, method: 'POST', headers, body: JSON.stringify(body) });
}

/** What a browser says to a script whose call was refused, or whose answer it may not read. */
export const refused = { refused: 'TypeError: Failed to fetch' };
