/** The page with recovery codes as a person meets it: once, to be saved or printed (ruling F5). */

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { arrive, type Life, open } from '../account-life.ts';

/** Notes the ten codes of the page, each of which is on a line, saves them as a file, and could print them. */
export async function keepCodes({ visit, input, texts, email }: Life): Promise<readonly string[]> {
  const { page } = visit;
  const codes = await page.locator('.codes li').allTextContents();
  expect(new Set(codes).size).toBe(10);
  for (const code of await page.locator('.codes code').all())
    expect((await code.boundingBox())?.height).toBeLessThan(30);
  const downloading = page.waitForEvent('download');
  await input.press('button', texts.factors.recovery.save);
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('recovery-codes.txt');
  const lines = readFileSync(await download.path(), 'utf8').split('\n');
  expect([lines[1], ...lines.slice(3, 13)]).toEqual([email, ...codes]);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.codes li:visible').count()).toBe(10);
  expect(await page.locator('form:visible, .links:visible').count()).toBe(0);
  await page.emulateMedia({ media: 'screen' });
  return codes;
}

type Added = 'authenticator_added' | 'passkey_added';

/** Reloading the page with the codes sends the form again, which leads to another page; reloading that sends nothing. */
export async function reloadCodes(life: Life, codes: readonly string[], done: Added): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await life.visit.page.reload();
    await arrive(life, '/account', done);
    await saysWithoutCodes(life, codes, done);
  }
}

/** The account page says what is done, where the person looks, in the middle of a long page; and shows no code. */
async function saysWithoutCodes(
  { visit, texts }: Life,
  codes: readonly string[],
  done: Added,
): Promise<void> {
  const { page } = visit;
  const text = await page.content();
  expect(codes.filter((code) => text.includes(code))).toEqual([]);
  const status = page.getByRole('status');
  expect(await status.textContent()).toBe(texts.done[done]);
  const height = page.viewportSize()?.height ?? 0;
  // The browser goes to the section once it has drawn the page.
  await expect.poll(async () => Math.floor(((await status.boundingBox())?.y ?? -1) / height)).toBe(0);
}

/** Neither the back button nor sending the form again shows the codes once more. */
export async function codesAreGone(life: Life, codes: readonly string[]): Promise<void> {
  const { service, visit } = life;
  const { page } = visit;
  const address = `${service.origin}/account/authenticator/confirm`;
  // The browser kept nothing of the page. It would have to send the form again, and asks for that first.
  await expect(page.goBack()).rejects.toThrow('ERR_CACHE_MISS');
  expect((visit.flaws as string[]).splice(0)).toEqual([`${address} failed: net::ERR_CACHE_MISS`]);
  const again = () => page.reload().then(() => page.url(), String);
  await expect.poll(again).toBe(`${service.origin}/account?done=authenticator_added#factors`);
  await saysWithoutCodes(life, codes, 'authenticator_added');
  await open(life, '/account');
}
