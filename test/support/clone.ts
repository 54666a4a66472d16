/** A fresh clone of this repository, and npm in it, as in a new shell. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { send } from './client.ts';
import { type Child, gather, root } from './process.ts';

/** Installing what is missing takes a while, above all where nothing is cached. */
export const installationPatienceMs = 120_000;

/** Copies what a clone would hold, and what is about to be committed, into a repository of its own. */
export function cloneTo(folder: string): void {
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
export function changes(folder: string): string {
  return git(folder, 'diff', '--name-only') + git(folder, 'ls-files', '--others', '--exclude-standard');
}

/** The bytes of all files of a folder that was installed, or zero. */
export function installedBytes(folder: string): number {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return 0;
  return (
    readdirSync(modules, { recursive: true, withFileTypes: true })
      // What is kept between runs is not installed.
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/node_modules/.'))
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  );
}

export const stampOf = (folder: string) => join(folder, 'node_modules', '.gatehouse-installed');

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
export function npmStart(cwd: string, more: Readonly<Record<string, string>> = {}): Child {
  return npm(cwd, ['start'], more);
}

export function npm(
  cwd: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Child {
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

export function addressOf(running: Child): string | undefined {
  return /^\{.*"url":"([^"]+)".*"msg":"listening"\}$/m.exec(running.stdout)?.[1];
}

/** Whether a process of a group still runs. */
export function groupLives(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** Whether a server answers at an address. */
export async function answers(url: string): Promise<boolean> {
  return send(url, { path: '/readyz' }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

// What would be copied is known to git alone.
export const isClone = existsSync(join(root, '.git'));
