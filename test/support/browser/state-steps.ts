/** What the states of pages share: the servers, the people, and the sending of a form. */

import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { TestServer } from '../server.ts';

/** Of everyone in these states. */
export const password = 'a sentence of a few words';

/** An address as long as one can be (ruling G3). */
export const longAddress = () =>
  `${randomUUID().replaceAll('-', '').padEnd(64, 'x')}@${'long-name.'.repeat(18)}example`;

/** The servers on which the states exist. */
export type Servers = Readonly<Record<'open' | 'invite' | 'closed' | 'required' | 'broken', TestServer>>;

export interface PageState {
  readonly state: string;
  readonly on?: keyof Servers;
  readonly path: string;
  /** Whether the browser is signed in. */
  readonly isSignedIn?: boolean;
  /** What is done on the page before it is looked at. */
  readonly act?: (page: Page, server: TestServer) => Promise<unknown>;
}

/** Sends the form of a page with some fields filled in. */
export const send =
  (fields: Readonly<Record<string, string>> = {}) =>
  async (page: Page) => {
    for (const [name, value] of Object.entries(fields))
      await page.locator(`[name="${name}"]:visible`).fill(value);
    await page.locator('main form:has(button:visible) button.main:visible').first().click();
    await page.locator('[aria-invalid], [role="alert"]').first().waitFor();
  };
