/** A visit of the pages: a browser context of its own, and everything in it that pages must not cause. */

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { AtEnd } from './chromium.ts';

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings of the console, violations of the policy, failed requests, and requests of other origins. */
  readonly flaws: readonly string[];
  /** Whether the pages run scripts. */
  readonly hasScripts: boolean;
}

/** What takes longer has failed, in milliseconds. */
const stepMs = 15_000;

export async function visit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions,
  atEnd: AtEnd,
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', ignoreHTTPSErrors: true, ...options });
  atEnd(() => context.close());
  context.setDefaultTimeout(stepMs);
  const page = await context.newPage();
  const flaws: string[] = [];
  watch(page, origin, flaws);
  const hasScripts = options.javaScriptEnabled !== false;
  if (hasScripts)
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('violation', event.violatedDirective, event.blockedURI))`,
    );
  return { context, page, flaws, hasScripts };
}

/** Notes the flaws of one more page of a visit, such as another tab. */
export function watch(page: Page, origin: string, flaws: string[]): void {
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) flaws.push(`asked for ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A download, or a page that was left before it was there.
    if (!/ERR_ABORTED|BINDING_ABORTED/.test(reason)) flaws.push(`${request.url()} failed: ${reason}`);
  });
  page.on('response', (response) => {
    const isPage = response.request().resourceType() === 'document';
    if (!isPage && response.status() >= 400) flaws.push(`${response.url()} was ${response.status()}`);
  });
  page.on('console', (message) => {
    // A refused form is a page with an error status, which the console of Chromium repeats.
    const isOfPage = message.text().startsWith('Failed to load resource: the server responded with a status');
    if (!isOfPage && ['error', 'warning'].includes(message.type())) flaws.push(message.text());
  });
  page.on('pageerror', (error) => void flaws.push(String(error)));
}
