/** What `npm start` and `npm test` install is whole: also after an interruption, a failure, or the other of the two. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolders } from '../../scripts/install.js';
import {
  addressOf,
  answers,
  cloneTo,
  groupLives,
  installationPatienceMs,
  isClone,
  npm,
  npmStart,
  stampOf,
} from '../support/clone.ts';
import { isFull } from '../support/length.ts';
import { until, within } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

// Ctrl-C reaches npm, its shell, our program and its npm; a service manager's SIGTERM only the first.
test.skipIf(!isClone).each([['SIGINT', 'all'] as const, ...(isFull ? [['SIGTERM', 'npm'] as const] : [])])(
  'an installation that %s to %s ends is not taken for a whole one',
  { timeout: 2 * installationPatienceMs },
  async (signal, whom) => {
    const folder = temporaryFolder();
    cloneTo(folder);
    const first = npmStart(folder);
    // Some packages are there, and not all.
    await until(
      () => existsSync(join(folder, 'node_modules')) || undefined,
      'the installation',
      first.exited,
      installationPatienceMs,
    );
    process.kill(whom === 'all' ? -Number(first.child.pid) : Number(first.child.pid), signal);
    // npm's own installation has to end, too, in the middle of its work on a busy disk.
    await within(installationPatienceMs / 2, first.exited, 'the end');
    await until(() => (groupLives(Number(first.child.pid)) ? undefined : true), 'the end of all processes');
    expect(addressOf(first)).toBeUndefined();
    expect(existsSync(stampOf(folder))).toBe(false);
    const second = npmStart(folder);
    const url = await until(
      () => addressOf(second),
      'the second start',
      second.exited,
      installationPatienceMs,
    );
    expect(await answers(url)).toBe(true);
  },
);

// Each run of CI is the short form of it: `npm test` in a fresh clone.
test.skipIf(!isClone || !isFull)(
  'npm test installs what npm start left out, also where NODE_ENV is production and there is no git',
  { timeout: 4 * installationPatienceMs },
  async () => {
    const folder = temporaryFolder();
    cloneTo(folder);
    rmSync(join(folder, '.git'), { recursive: true });
    const server = npmStart(folder, { NODE_ENV: 'production' });
    await until(() => addressOf(server), 'the start', server.exited, installationPatienceMs);
    server.child.kill('SIGTERM');
    await within(15_000, server.exited, 'the end');
    expect(readFileSync(stampOf(folder), 'utf8')).toMatch(/^production /);

    const tests = npm(folder, ['test', '--', 'test/crypto/ids'], {
      NODE_ENV: 'production',
      // That of this run would be passed on.
      TEST_LENGTH: '',
    });
    await within(2 * installationPatienceMs, tests.exited, 'the tests');
    expect(tests.stdout + tests.stderr).toMatch(/Tests .* passed/);
    expect(await tests.exited).toEqual({ code: 0, signal: null });
    for (const part of [...testFolders, 'scripts/runtime'])
      expect(readFileSync(stampOf(join(folder, part)), 'utf8'), part).toMatch(/^all /);

    // What has everything has what the server needs.
    const again = npmStart(folder);
    await until(() => addressOf(again), 'the second start', again.exited);
    expect(again.stderr).not.toContain('Install');
  },
);

test.skipIf(!isClone)(
  'an installation that fails says why and what to do, and leaves no stamp',
  { timeout: installationPatienceMs },
  async () => {
    const folder = temporaryFolder();
    cloneTo(folder);
    const closed = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: join(folder, 'data/cache'),
    };
    const server = npmStart(folder, { ...closed, npm_config_fetch_retries: '0' });
    expect((await within(installationPatienceMs, server.exited, 'the end')).code).toBe(1);
    expect(server.stderr).toContain('ECONNREFUSED');
    expect(server.stderr).toContain(
      'The installation failed. Is the npm registry reachable? Mend it and try again.',
    );
    expect(existsSync(stampOf(folder))).toBe(false);
  },
);
