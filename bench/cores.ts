/** Who has which core: the server the first one, the load and the database the second, where there are two. */

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The program that makes the load. */
export const tool = isInstalled('wrk', '-v') ? 'wrk' : 'autocannon';

const pinning = availableParallelism() > 1 && isInstalled('taskset', '-V');

/** The words before a command that keep it on a core, or on several; none where that cannot be done. */
export function onCore(...cores: number[]): string[] {
  return pinning ? ['taskset', '-c', cores.join(',')] : [];
}

function isInstalled(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).error === undefined;
}
