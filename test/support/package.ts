/** The package as it is published: packed once for a test file, and installed into folders. */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './process.ts';

const toolchain = join(root, 'test/toolchain');
const tools = join(toolchain, 'node_modules', '.bin');
const environment = { ...process.env, PATH: `${dirname(process.execPath)}:${tools}:${process.env['PATH']}` };
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const { name, version, dependencies, optionalDependencies, bin } = manifest;

/** What a program may import: `gatehouse-auth`, and each subpath of it. */
export const subpaths = Object.entries(manifest.exports as Record<string, Entry>).filter(
  ([subpath]) => subpath !== './package.json',
);
export const specifiers = subpaths.map(([subpath]) => name + subpath.slice(1));

/** A subpath of the server's side has an entry for `import` and one for `require()`; one for browsers is a plain module. */
type Entry = string | { readonly require: string; readonly default: string };

export const packed = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'));
export const tarball = join(packed, `${name}-${version}.tgz`);

export function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Installs the tarball the way npm would: the package and what it depends on, and nothing of this repository. */
export function installedIn(folder: string): string {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, name), { recursive: true });
  run(folder, 'tar', '-xzf', tarball, '--strip-components=1', '-C', join(modules, name));
  const list = run(root, 'npm', 'ls', '--omit=dev', '--all', '--parseable').trim().split('\n').slice(1);
  for (const from of list) cpSync(from, join(folder, from.slice(root.length)), { recursive: true });
  return join(modules, name);
}

/** The runtime of a version: the one that runs the tests, or one that is installed beside the tarball. */
export function runtimeOf(version: string): string {
  if (process.version === `v${version}`) return process.execPath;
  const folder = join(packed, version);
  const words = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--prefix', folder];
  if (!existsSync(folder)) run(packed, 'npm', 'install', ...words, `node@${version}`);
  return join(folder, 'node_modules/node/bin/node');
}

/** What a runtime says to a program in a folder, and whether it succeeded. */
export function said(
  runtime: string,
  folder: string,
  ...words: string[]
): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(runtime, words, { cwd: folder, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

/** The compilers of those who use the package, and whether a CommonJS file of theirs may import a module. */
export const compilers: readonly [name: string, folder: string, canRequire: boolean][] = [
  ['5.4', join(toolchain, 'node_modules/typescript-5.4'), false],
  ['5.9', join(toolchain, 'node_modules/typescript'), true],
  ['6', join(toolchain, 'node_modules/typescript-6'), true],
  ['7', join(root, 'node_modules/typescript'), true],
];

/** A program that imports every entry, and is wrong in one line. */
export function programOfEntries(): string {
  return [
    ...specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}';`),
    `import { createGatehouse, readSettings, type Gatehouse } from '${name}';`,
    'export const opened: Promise<Gatehouse> = createGatehouse({ settings: readSettings({}) });',
    // A compiler that finds no types takes everything for `any`, and this for legal.
    '// @ts-expect-error',
    'createGatehouse({ settings: 1 });',
    `export const entries = [${specifiers.map((_, index) => `entry${index}`)}];`,
  ].join('\n');
}
