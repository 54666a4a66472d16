// Installs a folder of this repository as its lock file says, shows progress, and remembers that it is done.
// Plain JavaScript that an old Node.js understands: it may be the machine's.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Everything that `npm test` needs: the repository, and the packages that stand apart from it. Those of longer tests are
 * installed by the test that needs them.
 */
export const testFolders = ['.', 'test/toolchain', 'test/frameworks/node'];

/** The npm that is being installed with, and the signal that stopped it. */
let npm;
let stoppedBy;

/**
 * Installs what the lock file of a folder says, unless that was done: all of it, or only what the server needs. `finish` is
 * called after npm. A folder counts as installed only when all of this is done, so an interrupted installation starts again.
 */
export async function install(folder, { production = false, title, finish = () => {} } = {}) {
  const place = join(root, folder);
  const stamp = join(place, 'node_modules', '.gatehouse-installed');
  const hash = createHash('sha256')
    .update(readFileSync(join(place, 'package-lock.json')))
    .digest('hex');
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (found === `all ${hash}` || (production && found === `production ${hash}`)) return;
  rmSync(stamp, { force: true });
  const show = progressOf(
    place,
    production,
    title ?? (folder === '.' ? 'packages' : `packages of ${folder}`),
  );
  await runNpm(place, production, show);
  finish(place);
  // A folder may be empty for this platform.
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${production ? 'production' : 'all'} ${hash}`);
}

/** Ends this program by a signal, and npm before it. */
export function stopInstalling(signal) {
  stoppedBy = signal;
  if (npm) npm.kill(signal);
  else process.kill(process.pid, signal);
}

function runNpm(cwd, production, show) {
  // NODE_ENV and the settings of the user must not decide what is installed.
  const what = production ? ['--omit=dev'] : ['--include=dev'];
  const words = [
    'ci',
    ...what,
    '--include=optional',
    '--engine-strict=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const path = process.env.npm_execpath;
  const options = { cwd, stdio: ['ignore', 'pipe', 'pipe'] };
  npm = path
    ? spawn(process.execPath, [path, ...words], options)
    : spawn(`npm ${words.join(' ')}`, { ...options, shell: true });
  let said = '';
  for (const output of [npm.stdout, npm.stderr]) output.on('data', (text) => (said += text));
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => stopInstalling(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const startedAt = Date.now();
  show(0);
  const showing = setInterval(() => show(Date.now() - startedAt), 200);
  return new Promise((resolve) => {
    npm.on('error', (error) => fail(error.message));
    npm.on('close', (code) => {
      clearInterval(showing);
      npm = undefined;
      for (const [signal, handler] of handlers) process.removeListener(signal, handler);
      if (stoppedBy) return stopInstalling(stoppedBy);
      if (code !== 0) return fail(said);
      show(Date.now() - startedAt, true);
      resolve();
    });
  });
}

function fail(said) {
  console.error(
    `\n${said.trim()}\nThe installation failed. Is the npm registry reachable? Mend it and try again.`,
  );
  process.exit(1);
}

/** Says how many packages are there: in one line that changes on a terminal, in a line now and then elsewhere. */
function progressOf(place, production, title) {
  const { packages } = JSON.parse(readFileSync(join(place, 'package-lock.json'), 'utf8'));
  const manifests = Object.entries(packages)
    .filter(
      ([path, { dev, os, cpu }]) =>
        path !== '' && !(production && dev) && fits(os, process.platform) && fits(cpu, process.arch),
    )
    .map(([path]) => join(place, path, 'package.json'));
  const isTerminal = process.stderr.isTTY && !process.env.CI;
  let nextAt = 0;
  return (elapsedMs, isDone = false) => {
    const seconds = Math.round(elapsedMs / 1_000);
    const count = manifests.filter(existsSync).length;
    const counted = manifests.length === 1 ? '' : `${count} of ${manifests.length}, `;
    const text = isDone
      ? `Installed ${title} in ${seconds} s.`
      : `Installing ${title}: ${counted}${seconds} s. This happens once.`;
    if (isTerminal) return void process.stderr.write(`\r${text}\u001b[K${isDone ? '\n' : ''}`);
    if (!isDone && elapsedMs < nextAt) return;
    nextAt = elapsedMs + 5_000;
    console.error(text);
  };
}

/** Whether a package is for this system: a lock file names the systems, or with `!` those that are left out. */
function fits(names, own) {
  if (names === undefined) return true;
  const list = [names].flat();
  return list.includes(own) || (list.every((name) => name.startsWith('!')) && !list.includes(`!${own}`));
}
