/** What a PostgreSQL server leaves behind: processes, a scrap of System V shared memory, and a folder. */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, endFamily, isAlive, killFamily } from './processes.ts';

/** The lines of `postmaster.pid`, by meaning; undefined if no server has run there, or the last one tidied up. */
export function pidFile(data: string) {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return {
      pid: Number(lines[0]),
      sharedMemoryId: lines[6]?.trim().split(/\s+/)[1],
      status: lines[7]?.trim(),
    };
  } catch {
    return undefined;
  }
}

/** Ends the server of a data folder, if it runs, whatever state it is in. Its data are given up. */
export async function endServer(data: string): Promise<void> {
  const left = pidFile(data);
  if (left === undefined) return;
  // After a crash the number may belong to a stranger by now.
  const runs = isAlive(left.pid) && commandOf(left.pid).includes(data);
  if (runs && !(await endFamily(left.pid, 'SIGQUIT', 5_000))) await killFamily(left.pid);
  // A killed server cannot return the shared memory by which PostgreSQL knows that a folder is in use.
  const id = pidFile(data)?.sharedMemoryId;
  if (id !== undefined) spawnSync('ipcrm', ['-m', id], { stdio: 'ignore' });
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
