// Runs a program of this repository on the runtime it pins, after installing what is missing.
// Plain JavaScript that an old Node.js understands: it may be the machine's.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.gatehouse-installed');
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const [program, ...args] = process.argv.slice(2);
const parent = process.ppid;

/** How long after a SIGHUP the end of another process is taken for a part of it. */
const hangupMs = 2_000;
let hungUpAt = -Infinity;

if (!isInstalled()) install();
const runtime = chooseRuntime();
if (runtime === process.execPath) runHere();
else runOn(runtime);

/** What is installed is what the lock file says. */
function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function install() {
  console.error('Installing what is missing. This happens once.');
  const words = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  // What npm says belongs on standard error: standard output is the program's.
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: !npm };
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...words], options)
    : spawnSync('npm', words, options);
  if (status !== 0) stop('The installation failed. Is the npm registry reachable? Mend it and try again.');
  writeFileSync(stamp, lockHash());
}

/** The pinned runtime, or this one where it could not be installed and this one will do. */
function chooseRuntime() {
  if (existsSync(pinned)) return isPinned() ? process.execPath : pinned;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if ((major === 24 && minor >= 15) || major >= 26) return process.execPath;
  return stop(
    `The pinned Node.js was not installed, and ${process.version} is not supported: Gatehouse needs 24.15 or later in 24, or 26. ` +
      'Allow the install script of the "node" package, remove node_modules and try again; or update Node.js.',
  );
}

function isPinned() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8'));
  return process.version === `v${version}`;
}

async function runHere() {
  process.argv = [process.execPath, join(root, program), ...args];
  stopWithNpm((signal) => process.kill(process.pid, signal));
  await import(pathToFileURL(join(root, program)).href);
  // One that does not heed SIGHUP dies of it.
  if (process.listenerCount('SIGHUP') > 0) process.on('SIGHUP', noteHangup);
}

function runOn(executable) {
  const child = spawn(executable, [join(root, program), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGHUP', noteHangup);
  stopWithNpm((signal) => child.kill(signal));
  child.on('error', (error) => stop(`Cannot run ${executable}: ${error.message}`));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, 'SIGKILL') : process.exit(code)));
}

function noteHangup() {
  hungUpAt = performance.now();
}

/**
 * npm passes SIGTERM and SIGINT to a shell that dies of them and does not pass them on: without its parent the program stops as
 * well. npm passes no SIGHUP on. That npm has gone without its shell, or its shell together with a terminal, is passed
 * on as SIGHUP, which a server that nohup started ignores.
 */
function stopWithNpm(send) {
  if (!process.env.npm_lifecycle_event) return;
  const line = readOf(parent, 'cmdline');
  const shell = line.includes('\0-c\0') ? parent : undefined;
  const npm = parentOf(shell);
  // Some shells let the program take their place: its parent is npm then.
  const isBelowNpm = line !== '' && shell === undefined;
  const watching = setInterval(() => {
    const isNpmGone = parentOf(shell) !== npm;
    const isOrphan = process.ppid !== parent;
    if (!isNpmGone && !isOrphan) return;
    clearInterval(watching);
    if (!isOrphan || isBelowNpm) return send('SIGHUP');
    // A SIGHUP to all of them may have reached the shell first.
    setTimeout(() => send(performance.now() - hungUpAt < hangupMs ? 'SIGHUP' : 'SIGTERM'), 100);
  }, 200);
  watching.unref();
}

/** The parent of a process; undefined where the system does not tell. */
function parentOf(pid) {
  return pid === undefined ? undefined : /^PPid:\s*(\d+)$/m.exec(readOf(pid, 'status'))?.[1];
}

function readOf(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function stop(reason) {
  console.error(reason);
  process.exit(1);
}
