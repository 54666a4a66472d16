/** The pages of Gatehouse in Chromium: nothing is blocked, nothing is loaded from elsewhere, and they are usable. */

import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { byKeyboard } from '../support/browser/person-input.ts';
import { startProcess } from '../support/process.ts';

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);
  const server = shared((atEnd) =>
    startProcess({ GATEHOUSE_BASE_PATH: '/id', GATEHOUSE_CONTRACTS: 'rest' }, { atEnd }),
  );

  /** A page, and whatever it was refused or asked of another origin. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser().newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const flaws: string[] = [];
    page.on('request', (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(server().url))
        flaws.push(`asked for ${request.url()}`);
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) flaws.push(message.text());
    });
    page.on('pageerror', (error) => void flaws.push(String(error)));
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('violation', event.violatedDirective, event.blockedURI))`,
    );
    await page.goto(`${server().url}/id${path}`);
    return { page, flaws };
  }

  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');

  test.each(['light', 'dark'] as const)(
    'the front page is %s as the system is, and fits 320 pixels',
    async (colorScheme) => {
      const { page, flaws } = await open('/', {
        colorScheme,
        viewport: { width: 320, height: 600 },
      });
      expect(await widthOf(page)).toBe(320);
      const back = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(back).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 29)' : 'rgb(246, 247, 249)');
      expect(await page.evaluate(`document.querySelector('img').naturalWidth > 0`)).toBe(true);
      expect(flaws).toEqual([]);
    },
  );

  test('the front page works without scripts and with the keyboard alone: it leads to the reference', async () => {
    const { page } = await open('/', { javaScriptEnabled: false });
    expect(await page.getByRole('status').textContent()).toContain('Ready');
    await byKeyboard(page).press('link', 'API reference');
    await page.waitForURL('**/id/reference');
    await page.getByRole('link', { name: 'OpenAPI document' }).click();
    await page.waitForURL('**/id/openapi.json');
  });

  test.each(['light', 'dark'] as const)(
    'the reference (%s) shows the routes that are served, and search finds one',
    async (colorScheme) => {
      const { page, flaws } = await open('/reference', { colorScheme });
      await page.getByRole('heading', { name: /^Gatehouse/ }).waitFor();
      expect(await page.evaluate('document.documentElement.className')).toBe(colorScheme);
      const text = await page.locator('redoc').innerText();
      expect(text).toContain('rest');
      expect(text).not.toContain('dotjson\n');
      // It would hand the address over to other sites.
      expect(await page.getByLabel('More actions').count()).toBeGreaterThan(0);
      expect(await page.getByLabel('More actions').locator('visible=true').count()).toBe(0);
      await page.keyboard.press('Control+k');
      await page.locator('input').first().fill('alive');
      const hit = page.getByText('Is the process alive?').last();
      await hit.waitFor();
      await hit.click();
      await page.waitForURL(/\/id\/reference#.*checkAlive/i);
      await page.getByRole('heading', { name: 'Is the process alive?' }).first().waitFor();
      expect(new URL(page.url()).pathname).toBe('/id/reference');
      expect(flaws).toEqual([]);
    },
  );
});
