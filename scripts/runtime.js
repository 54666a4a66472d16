// Chooses the Node.js that a program of this repository runs on, and installs it where the machine's will not do.
// Plain JavaScript that an old Node.js understands: it may be the machine's.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeVersion from '../src/node-version.cjs';
import { removeSymbols } from './elf-symbols.js';
import { install } from './install.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'runtime');
const pinned = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).optionalDependencies;
const version = Object.values(pinned)[0];

/**
 * The server runs on the machine's Node.js if that is new enough. Everything else runs on the pinned one, so that it is the
 * same on every machine; where there is none for this platform, the machine's will do if it is new enough.
 */
export async function chooseRuntime(isServer) {
  const problem = nodeVersion.versionProblem(process.version);
  if (process.version === `v${version}` || (isServer && !problem)) return process.execPath;
  await install('scripts/runtime', { title: `Node.js ${version}`, finish: trim });
  const executable = executableIn(folder);
  if (executable) return executable;
  if (!problem) return process.execPath;
  console.error(`${problem} There is no package of Node.js ${version} that runs on this machine.`);
  return process.exit(1);
}

/** Where the package for this platform has its program. */
function executableIn(place) {
  return Object.keys(pinned)
    .map((name) =>
      join(place, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    )
    .find((path) => existsSync(path));
}

/** Removes what only compilers and debuggers read, the headers and the symbols, and a program that does not run here. */
function trim(place) {
  const executable = executableIn(place);
  if (executable === undefined) return;
  const home = join(dirname(executable), '..');
  for (const part of ['include', 'share']) rmSync(join(home, part), { recursive: true, force: true });
  if (process.platform === 'linux') removeSymbols(executable);
  if (spawnSync(executable, ['--version']).status !== 0) rmSync(executable);
}
