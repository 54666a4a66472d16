/** Installs the packages that the tests of the client use, before a run and only when their lock file has changed. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../toolchain');
const stamp = join(folder, 'node_modules', '.installed');

export default function setup(): void {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const command = 'npm ci --no-audit --no-fund --ignore-scripts --loglevel=error';
  const { status } = spawnSync(command, { cwd: folder, stdio: ['ignore', 2, 2], shell: true });
  if (status !== 0) throw new Error('test/toolchain was not installed. Is the npm registry reachable?');
  writeFileSync(stamp, lock);
}
