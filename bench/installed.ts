/** Gatehouse as npm would install it: packed from a copy of the repository, with what it depends on and nothing else. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageOf } from './peers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is needed to build and pack. */
const parts = [
  ...['bin', 'docs', 'scripts', 'src', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];

/**
 * Packs and installs into a folder; resolves to the folder of the package. Others may be building in the repository
 * itself.
 */
export function installInto(folder: string): string {
  const copy = join(folder, 'copy');
  mkdirSync(copy);
  const filter = (path: string) => !path.slice(root.length).includes('node_modules');
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true, filter });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  run(copy, ['npm', 'pack', '--pack-destination', folder, '--loglevel=error']);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const own = join(folder, 'node_modules', String(packageOf(root).name));
  mkdirSync(own, { recursive: true });
  run(folder, ['tar', '-xzf', archive, '--strip-components=1', '-C', own]);
  for (const name of Object.keys(packageOf(root).dependencies ?? {})) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return own;
}

function run(cwd: string, [command = '', ...args]: string[]): void {
  const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env['PATH']];
  const env = { ...process.env, PATH: path.join(delimiter) };
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed:\n${stdout}\n${stderr}`);
}

/** The bytes of all files of a package, and of everything it depends on. */
export function installedBytes(folder: string): number {
  return [...closureOf(folder)].reduce((sum, one) => sum + bytesOf(one), 0);
}

/** The folder of a package, and those of the packages it depends on, however deep. */
export function closureOf(folder: string, known = new Set<string>()): Set<string> {
  if (known.has(folder)) return known;
  known.add(folder);
  const { dependencies, optionalDependencies } = packageOf(folder);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = (createRequire(join(folder, 'index.js')).resolve.paths(name) ?? [])
      .map((path) => join(path, name))
      .find((path) => statSync(join(path, 'package.json'), { throwIfNoEntry: false }));
    // What is optional may be missing.
    if (found) closureOf(realpathSync(found), known);
  }
  return known;
}

/** What packages that were installed into a package are their own part of. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + bytesOf(path);
    return sum + statSync(path).size;
  }, 0);
}
