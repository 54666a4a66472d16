// Runs a program of this repository after installing what it needs, on a Node.js that will do.
// Plain JavaScript that an old Node.js understands: it may be the machine's.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { install, stopInstalling, testFolders } from './install.js';
import { chooseRuntime } from './runtime.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [program, ...args] = process.argv.slice(2);
const parent = process.ppid;

/** How long after a SIGHUP the end of another process is taken for a part of it. */
const hangupMs = 2_000;
let hungUpAt = -Infinity;

const isServer = program === 'bin/gatehouse.js';
const isTest = ['scripts/check.js', 'scripts/soak.js'].includes(program);

/** Stops what runs at the moment by a signal. */
let stop = stopInstalling;

stopWithNpm((signal) => stop(signal));
for (const folder of isTest ? testFolders : ['.']) await install(folder, { production: isServer });
const runtime = await chooseRuntime(isServer);
if (runtime === process.execPath) await runHere();
else runOn(runtime);

async function runHere() {
  process.argv = [process.execPath, join(root, program), ...args];
  stop = (signal) => process.kill(process.pid, signal);
  await import(pathToFileURL(join(root, program)).href);
  // One that does not heed SIGHUP dies of it.
  if (process.listenerCount('SIGHUP') > 0) process.on('SIGHUP', noteHangup);
}

function runOn(executable) {
  const child = spawn(executable, [join(root, program), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGHUP', noteHangup);
  stop = (signal) => child.kill(signal);
  child.on('error', (error) => {
    console.error(`Cannot run ${executable}: ${error.message}`);
    process.exit(1);
  });
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
