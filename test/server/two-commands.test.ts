/** From a fresh clone: `npm start` installs what the server needs and serves, a second one serves at once. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testFolders } from '../../scripts/install.js';
import { send } from '../support/client.ts';
import { isFull } from '../support/length.ts';
import { type Child, gather, root, until, within } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** Installing what is missing takes a while, above all where nothing is cached. */
const installationPatienceMs = 120_000;

/** Copies what a clone would hold, and what is about to be committed, into a repository of its own. */
function cloneTo(folder: string): void {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const path of list.toString().split('\0')) {
    if (path === '' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  git(folder, 'init', '--quiet');
  git(folder, 'add', '--all');
}

function git(cwd: string, ...words: string[]): string {
  return execFileSync('git', words, { cwd, encoding: 'utf8' });
}

/** What differs from the clone, other than that nothing is committed. */
function changes(folder: string): string {
  return git(folder, 'diff', '--name-only') + git(folder, 'ls-files', '--others', '--exclude-standard');
}

/** The bytes of all files of a folder that was installed, or zero. */
function installedBytes(folder: string): number {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return 0;
  return readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

const stampOf = (folder: string) => join(folder, 'node_modules', '.gatehouse-installed');

/** The environment of a new shell: without the variables that npm gave the tests, and without their runtime. */
function freshEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|GATEHOUSE_|VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/i.test(name),
  );
  const path = String(process.env['PATH'])
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), HOST: '127.0.0.1', PORT: '0' };
}

/** Runs `npm start` in a process group of its own, as a terminal would; nothing of the group outlives the test. */
function npmStart(cwd: string, more: Readonly<Record<string, string>> = {}): Child {
  return npm(cwd, ['start'], more);
}

function npm(cwd: string, words: readonly string[], more: Readonly<Record<string, string>> = {}): Child {
  const npm = spawn('npm', words, {
    cwd,
    env: { ...freshEnvironment(), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const running = gather(npm);
  onTestFinished(() => {
    try {
      process.kill(-Number(npm.pid), 'SIGKILL');
    } catch {
      // The whole group has ended, as it should.
    }
  });
  return running;
}

function addressOf(running: Child): string | undefined {
  return /^\{.*"url":"([^"]+)".*"msg":"listening"\}$/m.exec(running.stdout)?.[1];
}

/** Whether a process of a group still runs. */
function groupLives(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** Whether a server answers at an address. */
async function answers(url: string): Promise<boolean> {
  return send(url, { path: '/readyz' }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

// What would be copied is known to git alone.
const isClone = existsSync(join(root, '.git'));

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
    await within(15_000, first.exited, 'the end');
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

    const tests = npm(folder, ['test', '--', 'test/crypto/ids'], { NODE_ENV: 'production' });
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
