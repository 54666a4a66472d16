// Chooses the Node.js that a program of this repository runs on, and installs it where the machine's will not do.
// Plain JavaScript that an old Node.js understands: it may be the machine's.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeVersion from '../src/node-version.cjs';
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

/**
 * Cuts an ELF program (64 bits, little-endian) behind the last segment that is loaded. Only sections lie there: symbols
 * and the notes of the compiler. Neither the kernel nor the loader reads them.
 */
function removeSymbols(path) {
  const file = openSync(path, 'r+');
  const header = Buffer.alloc(64);
  readSync(file, header, 0, header.length, 0);
  if (header.toString('latin1', 0, 6) === '\x7fELF\x02\x01') {
    const [size, count] = [header.readUInt16LE(0x36), header.readUInt16LE(0x38)];
    const segments = Buffer.alloc(size * count);
    readSync(file, segments, 0, segments.length, Number(header.readBigUInt64LE(0x20)));
    const ends = Array.from({ length: count }, (_, index) => {
      const segment = segments.subarray(index * size);
      return Number(segment.readBigUInt64LE(0x08) + segment.readBigUInt64LE(0x20));
    });
    // There is no table of sections any more: no offset, no entries, no names.
    header.fill(0, 0x28, 0x30).fill(0, 0x3c, 0x40);
    writeSync(file, header, 0, header.length, 0);
    truncateSync(path, Math.max(...ends));
  }
  closeSync(file);
}
