/** Chromium, where this machine has it: started without a way to the outside, one browser for a file of tests. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { temporaryFolder } from '../server.ts';

/** Who cleans up, and when. */
export type AtEnd = (clean: () => void | Promise<void>) => void;

/** A busy machine takes its time; what takes longer has failed. */
const startMs = 25_000;
const stepMs = 10_000;

/** Where packages put it, unless the environment says where it is. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const found = find(process.env['CHROMIUM'] ? [process.env['CHROMIUM']] : places);

/** The path of the browser; undefined if this machine has none. */
export const program = found?.path;

/** Whether it loads unpacked extensions: Google's own builds ignore the option. */
export const loadsExtensions = found?.version.startsWith('Chromium') === true;

const advice = 'install the package "chromium", or name the program in CHROMIUM';

/** What the tests run in, and what to do where it is missing. */
export const where = program ? 'in Chromium' : `in Chromium, which this machine does not have: ${advice}`;

/** The same for the tests that load an extension. */
export const whereExtensions =
  program && !loadsExtensions
    ? `in Chromium; ${found?.version} loads no unpacked extension: ${advice}`
    : where;

if (!loadsExtensions) {
  const which = program ? 'of the extension ' : '';
  process.stderr.write(`The browser tests ${which}are skipped: ${advice}.\n`);
}

/** Every name leads to this machine, so that neither a page nor the browser itself reaches another one. */
const options = [
  '--host-resolver-rules=MAP * 127.0.0.1',
  '--no-proxy-server',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Starts the browser. Contexts, and with them cookies, are the caller's. */
export async function launch(atEnd: AtEnd): Promise<Browser> {
  const browser = await chromium.launch({ ...launching(atEnd), args: options });
  atEnd(() => browser.close());
  return browser;
}

/** What a profile begins with: Chromium would block all cookies of other sites, whatever their attributes. */
const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };

/**
 * Starts the browser with a profile of its own and unpacked extensions. A context of `launch` is like a private window;
 * here cookies go by their attributes alone.
 */
export async function launchProfile(extensions: readonly string[], atEnd: AtEnd): Promise<BrowserContext> {
  const profile = temporaryFolder(atEnd);
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const folders = extensions.join(',');
  const loading = [`--disable-extensions-except=${folders}`, `--load-extension=${folders}`];
  const context = await chromium.launchPersistentContext(profile, {
    ...launching(atEnd),
    ignoreHTTPSErrors: true,
    args: [...options, ...(extensions.length > 0 ? loading : [])],
  });
  context.setDefaultTimeout(stepMs);
  atEnd(() => context.close());
  return context;
}

/** Starts something once for all tests of a file. Call it inside `describe`, and what it returns inside the tests. */
export function shared<Thing>(start: (atEnd: AtEnd) => Promise<Thing>): () => Thing {
  const cleaning: (() => void | Promise<void>)[] = [];
  let started: { readonly thing: Thing } | undefined;
  beforeAll(async () => {
    started = { thing: await start((clean) => void cleaning.unshift(clean)) };
  }, 2 * startMs);
  afterAll(async () => {
    for (const clean of cleaning) await clean();
  });
  return () => {
    if (!started) throw new Error('It is there only while the tests run.');
    return started.thing;
  };
}

/** Opens a page in a context of its own: no cookie and no storage is shared with another test. */
export async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(stepMs);
  return context.newPage();
}

/** Debian's start script looks into the home folder, and Chromium writes there. */
function launching(atEnd: AtEnd) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: temporaryFolder(atEnd) };
  return { executablePath: program ?? '', timeout: startMs, env };
}

function find(paths: readonly string[]): { readonly path: string; readonly version: string } | undefined {
  for (const path of paths) {
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: startMs });
    if (status === 0) return { path, version: stdout.trim() };
  }
  return undefined;
}
