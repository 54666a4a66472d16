/** From a fresh copy of the repository: `npm start` installs and serves, a second one serves at once. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../support/client.ts';
import { isFull } from '../support/length.ts';
import { type Child, gather, root, until, within } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** Installing what is missing takes a while, above all where nothing is cached. */
const installationPatienceMs = 120_000;

/** Copies what a clone would hold, and what is about to be committed. */
function copyTo(folder: string): void {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const path of list.toString().split('\0')) {
    if (path === '' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}

/**
 * Leaves of what a copy installs what it starts with: the short form of an installation. That the lock file fits the
 * manifest is seen before.
 */
function trim(folder: string): void {
  const npm = (...words: string[]) =>
    execFileSync('npm', [...words, '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: folder,
      env: freshEnvironment(),
      stdio: 'pipe',
    });
  npm('ci', '--dry-run');
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const { node } = manifest.devDependencies;
  writeFileSync(path, JSON.stringify({ ...manifest, devDependencies: { node } }));
  npm('install', '--package-lock-only');
}

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
function npmStart(cwd: string): Child {
  const npm = spawn('npm', ['start'], {
    cwd,
    env: freshEnvironment(),
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

/** Whether a server answers at an address. */
async function answers(url: string): Promise<boolean> {
  return send(url, { path: '/readyz' }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

// What would be copied is known to git alone.
const isClone = existsSync(join(root, '.git'));

test.skipIf(!isClone)('npm start, twice', { timeout: 2 * installationPatienceMs }, async () => {
  const folder = temporaryFolder();
  copyTo(folder);
  if (!isFull) trim(folder);
  expect(existsSync(join(folder, 'node_modules'))).toBe(false);

  const first = npmStart(folder);
  const url = await until(() => addressOf(first), 'the first start', first.exited, installationPatienceMs);
  expect(first.stderr).toContain('Installing what is missing. This happens once.');
  expect(await answers(url)).toBe(true);
  first.child.kill('SIGTERM');
  await within(15_000, first.exited, 'the first end');
  expect(await answers(url)).toBe(false);
  expect(first.stdout).toContain('"msg":"stopped"');

  const installedAt = statSync(join(folder, 'node_modules', '.package-lock.json')).mtimeMs;
  const startedAt = performance.now();
  const second = npmStart(folder);
  const again = await until(() => addressOf(second), 'the second start', second.exited);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(second.stderr).not.toContain('Installing');
  expect(statSync(join(folder, 'node_modules', '.package-lock.json')).mtimeMs).toBe(installedAt);
  expect(await answers(again)).toBe(true);
  // Ctrl-C in a terminal reaches npm, the program that started ours, and ours: that is one wish, not three.
  process.kill(-Number(second.child.pid), 'SIGINT');
  await within(15_000, second.exited, 'the second end');
  expect(second.stdout).toContain('"msg":"stopped"');
  expect(await answers(again)).toBe(false);
});
