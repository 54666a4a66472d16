/** The package as npm installs it from its tarball. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { root } from '../../support/process.ts';

/** The tools of the repository, on the runtime that runs the tests. */
export const environment = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
};

export function run(cwd: string, command: string, ...args: readonly string[]): string {
  return execFileSync(command, [...args], {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Unpacks the package into `node_modules` of a folder, with the packages that it depends on, as npm would. */
export function unpackInto(folder: string): void {
  const place = join(folder, 'node_modules/gatehouse-auth');
  mkdirSync(place, { recursive: true });
  run(folder, 'tar', '-xzf', inject('tarball'), '--strip-components=1', '-C', place);
  const list = run(root, 'npm', 'ls', '--omit=dev', '--all', '--parseable').trim().split('\n').slice(1);
  for (const from of list) {
    const to = join(folder, from.slice(root.length));
    // An application that needs another version of it has its own.
    if (!existsSync(to)) cpSync(from, to, { recursive: true });
    else if (versionIn(to) !== versionIn(from))
      cpSync(from, join(place, from.slice(root.length)), { recursive: true });
  }
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
