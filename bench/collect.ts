/** Collects the garbage of a process from outside, so that its memory is what it keeps. */

import { setTimeout as sleep } from 'node:timers/promises';

const onSignal = `process.on('SIGUSR2', () => gc({ type: 'major', flavor: 'last-resort' }))`;

/** The environment of a process whose garbage can be collected. */
export const collects = {
  NODE_OPTIONS: `--expose-gc --import=data:text/javascript,${encodeURIComponent(onSignal)}`,
};

/** As long as a collection takes, and the return of its memory to the system. */
const collectMs = 5_000;

export async function collect(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await sleep(collectMs);
}
