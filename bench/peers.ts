/** The peers: a package of its own, `bench/peers`, which is installed when it is first needed. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Server, serve } from './servers.ts';

export const peersFolder = fileURLToPath(new URL('./peers', import.meta.url));

const stamp = join(peersFolder, 'node_modules', '.gatehouse-installed');

/** How a peer is started; see `people.js` there. */
export interface PeerOptions {
  readonly folder: string;
  readonly sessions?: number;
  readonly list?: string;
  readonly store?: 'memory' | 'sqlite';
  readonly cache?: boolean;
}

export function peer(name: string, options: PeerOptions): Promise<Server> {
  install();
  return serve([join(peersFolder, `${name}.js`), JSON.stringify(options)]);
}

/** Installs exactly what the lock file of the peers says, if that was not done yet. */
export function install(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(peersFolder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing the peers. This happens once.');
  // None of them needs its install script.
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env['npm_execpath'];
  const options = { cwd: peersFolder, stdio: ['ignore', 2, 2] as ['ignore', 2, 2] };
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...words], options)
    : spawnSync(['npm', ...words].join(' '), { ...options, shell: true });
  if (status !== 0)
    throw new Error(
      'The peers could not be installed. Is the npm registry reachable? Mend it and try again.',
    );
  writeFileSync(stamp, lock);
}

/** The versions of the peers that are installed, by their names. */
export function versions(): Record<string, string> {
  if (!existsSync(stamp)) return {};
  const { dependencies } = packageOf(peersFolder);
  const names = Object.keys(dependencies ?? {});
  return Object.fromEntries(
    names.map((name) => [name, packageOf(join(peersFolder, 'node_modules', name)).version ?? 'unknown']),
  );
}

/** The description of a package. */
export function packageOf(folder: string): {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
} {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
