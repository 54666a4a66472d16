/** The extension of the tests, unpacked under each of its manifests, in a browser of its own. */

import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { root } from '../process.ts';
import { temporaryFolder } from '../server.ts';
import { type AtEnd, launchProfile } from './chromium.ts';
import { press } from './page.ts';

const source = join(root, 'test/browser/extension');

const manifests = ['with-host-permission', 'without-host-permission'] as const;

export type Manifest = (typeof manifests)[number];

/** What the popup shows: an answer, or what the browser said instead of one. */
export interface Shown {
  readonly status?: number;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly refused?: string;
}

/** The origin of the extension. It follows from the public key in the manifest, so it is known beforehand. */
export function originOf(manifest: Manifest): string {
  const { key } = JSON.parse(readFileSync(join(source, 'manifests', `${manifest}.json`), 'utf8'));
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
  return `chrome-extension://${digest.replace(/./g, (digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)] ?? '')}`;
}

/** Starts the browser with the extension, once under each manifest. */
export async function launchExtensions(atEnd: AtEnd): Promise<BrowserContext> {
  const folders = manifests.map((manifest) => {
    const folder = temporaryFolder(atEnd);
    cpSync(source, folder, { recursive: true });
    copyFileSync(join(source, 'manifests', `${manifest}.json`), join(folder, 'manifest.json'));
    return folder;
  });
  return launchProfile(folders, atEnd);
}

/** Opens the popup as a page, with nothing left of an earlier test. */
export async function openPopup(context: BrowserContext, manifest: Manifest): Promise<Page> {
  await context.clearCookies();
  const page = await context.newPage();
  await page.goto(`${originOf(manifest)}/popup.html`);
  await page.evaluate('chrome.storage.local.clear()');
  return page;
}

/** Presses a button of the popup and resolves with what it shows. */
export async function pressed(popup: Page, button: string): Promise<Shown> {
  return JSON.parse(await press(popup, button));
}
