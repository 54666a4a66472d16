/** From a fresh clone: `npm start` installs what the server needs and serves, a second one serves at once. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install, testFolders } from '../../scripts/install.js';
import {
  addressOf,
  answers,
  changes,
  cloneTo,
  installationPatienceMs,
  installedBytes,
  isClone,
  npmStart,
  stampOf,
} from '../support/clone.ts';
import { root, until, within } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** What `npm start` may take on a fresh clone. README says what it does take. */
const maxInstalledMb = 150;

test.skipIf(!isClone)('npm start, twice', { timeout: 2 * installationPatienceMs }, async () => {
  const folder = temporaryFolder();
  cloneTo(folder);
  expect(existsSync(join(folder, 'node_modules'))).toBe(false);

  const startedFirstAt = performance.now();
  const first = npmStart(folder);
  const url = await until(() => addressOf(first), 'the first start', first.exited, installationPatienceMs);
  const seconds = (performance.now() - startedFirstAt) / 1_000;
  expect(first.stderr).toMatch(/^Installing packages: \d+ of \d+, 0 s\. This happens once\.$/m);
  expect(first.stderr).toMatch(/^Installed packages in \d+ s\.$/m);
  expect(await answers(url)).toBe(true);
  const [packages, runtime] = [folder, join(folder, 'scripts/runtime')].map(
    (part) => installedBytes(part) / 1e6,
  );
  process.stdout.write(
    `npm start: ${packages?.toFixed(0)} MB + Node.js ${runtime?.toFixed(0)} MB in ${seconds.toFixed(0)} s\n`,
  );
  expect(Number(packages) + Number(runtime)).toBeLessThanOrEqual(maxInstalledMb);
  for (const [figure, mb] of [
    [/installs (\d+) MB of packages/, packages],
    [/adds a Node\.js of (\d+) MB/, runtime],
  ] as const)
    if (mb) expect(Math.abs(stated(figure) / mb - 1), `README: ${mb} MB`).toBeLessThan(0.1);
  expect(existsSync(join(folder, 'node_modules/vitest'))).toBe(false);
  first.child.kill('SIGTERM');
  await within(15_000, first.exited, 'the first end');
  expect(await answers(url)).toBe(false);
  expect(first.stdout).toContain('"msg":"stopped"');
  expect(changes(folder)).toBe('');

  const installedAt = statSync(stampOf(folder)).mtimeMs;
  const startedAt = performance.now();
  const second = npmStart(folder);
  const again = await until(() => addressOf(second), 'the second start', second.exited);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(second.stderr).not.toContain('Install');
  expect(statSync(stampOf(folder)).mtimeMs).toBe(installedAt);
  expect(await answers(again)).toBe(true);
  // Ctrl-C in a terminal reaches npm, the program that started ours, and ours: that is one wish, not three.
  process.kill(-Number(second.child.pid), 'SIGINT');
  await within(15_000, second.exited, 'the second end');
  expect(second.stdout).toContain('"msg":"stopped"');
  expect(await answers(again)).toBe(false);
});

test('README says how much npm test installs', async () => {
  for (const folder of testFolders) await install(folder);
  const folders = [...testFolders, 'scripts/runtime'].map((folder) => installedBytes(join(root, folder)));
  const mb = folders.reduce((sum, bytes) => sum + bytes, 0) / 1e6;
  expect(Math.abs(stated(/`npm test` installs\s+(\d+) MB in all/) / mb - 1), `README: ${mb} MB`).toBeLessThan(
    0.1,
  );
});

/** A figure in README. */
function stated(figure: RegExp): number {
  return Number(figure.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1]);
}
