/** What a server loads: second factors only with the first of them, pages only with the first request for one. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/server.ts';

const program = fileURLToPath(new URL('../support/loaded.ts', import.meta.url));

/** Everything that only people with a second factor need. */
const ofFactors =
  /\/src\/(?:concepts|usecases|storage\/sqlite)\/factors\/(?!browser-tokens)|\/src\/open-factors|\/node_modules\/(?:otpauth|uqr|@simplewebauthn)\//;

/** Everything that only imports, and logins of people who came from elsewhere, need. */
const ofImports =
  /\/src\/(?:maintenance\/import|storage\/(?:sqlite|shared)\/imports|crypto\/hashes)\/(?!removed-key)|\/(?:hash-times|keyed-draw|foreign-passwords|choose-hash)\.|\/node_modules\/bcryptjs\//;

/** The files that a server has loaded after the requests of a visitor. */
async function loaded(visitor = ''): Promise<string[]> {
  const database = `file:${join(temporaryFolder(), 'a.db')}`;
  const options = { maxBuffer: 10_000_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [program, database, visitor], options);
  return JSON.parse(stdout);
}

/** Everything that only people with a browser need, but for what is read at the start. */
const ofPages =
  /\/src\/pages\/(?:account|forms|people|front-page|reference|factors\/(?!passkey-script)|parts\/(?:layout|view|html|fields))|\/node_modules\/hono\//;

test('a server that was asked for no page loads none', async () => {
  const urls = await loaded('a program');
  expect(urls.some((url) => url.endsWith('/src/pages/pages.ts'))).toBe(true);
  expect(urls.filter((url) => ofPages.test(url))).toEqual([]);
});

test('a server whose users have no second factor loads nothing of them', async () => {
  const urls = await loaded();
  expect(urls.some((url) => url.endsWith('/src/usecases/login.ts'))).toBe(true);
  expect(urls.filter((url) => ofFactors.test(url))).toEqual([]);
});

test('a server whose users all registered here loads nothing of imports', async () => {
  const urls = await loaded();
  expect(urls.some((url) => url.endsWith('/src/storage/sqlite/accounts.ts'))).toBe(true);
  expect(urls.filter((url) => ofImports.test(url))).toEqual([]);
});

test('a sign-in page that offers passkeys in a field loads no library', async () => {
  const urls = await loaded('in a browser');
  expect(urls.some((url) => url.endsWith('/src/concepts/factors/passkeys.ts'))).toBe(true);
  expect(urls.filter((url) => /\/node_modules\/(?:otpauth|uqr|@simplewebauthn)\//.test(url))).toEqual([]);
});
