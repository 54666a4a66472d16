/** Reads the QR code of a page as a phone does: from what is on the screen. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { installed } from '../../installed.ts';
import { temporaryFolder } from '../../server.ts';

export const zbarimg = installed('zbarimg');

/** Who reads the pictures, for the titles of tests. */
export const readBy = zbarimg
  ? 'a picture that zbarimg reads'
  : 'no picture, because zbarimg is not installed (package "zbar-tools")';

/** What zbarimg finds in a screenshot of the page or of a part of it. Inverted codes do not count: many phones read none. */
export async function readPicture(seen: Page | Locator): Promise<string> {
  const file = join(temporaryFolder(), 'screen.png');
  await seen.screenshot({ path: file });
  const args = ['--raw', '-q', '--set', 'test-inverted=0', file];
  return execFileSync(zbarimg ?? '', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trimEnd();
}
