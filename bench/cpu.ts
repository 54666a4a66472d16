/** The time that processes spent on a core, which a busy machine stretches far less than the time that passed. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { childrenOf } from '../test/support/postgres/processes.ts';

/** Linux counts in hundredths of a second. */
const tickMs = 10;

export type CpuTimes = ReadonlyMap<number, number>;

/** Milliseconds of a process and its children, by their numbers; nothing where there is no `/proc`. */
export function cpuTimes(pid: number | undefined): CpuTimes {
  if (pid === undefined) return new Map();
  return new Map([pid, ...childrenOf(pid)].map((one) => [one, cpuMs(one)]));
}

/** What was spent between two looks, in milliseconds. */
export function spentMs(before: CpuTimes, after: CpuTimes): number {
  return [...after].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0);
}

/** Milliseconds of Gatehouse's hashing threads in a process; 0 where there is none, or no `/proc`. */
export function hashingMs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return 0;
  return (
    readdirSync(threads)
      .map((thread) => `${threads}/${thread}`)
      // The system keeps fifteen letters of a name.
      .filter((folder) => readFileSync(`${folder}/comm`, 'latin1').startsWith('gatehouse-hashi'))
      .reduce((sum, folder) => sum + msIn(`${folder}/stat`), 0)
  );
}

function cpuMs(pid: number): number {
  try {
    return msIn(`/proc/${pid}/stat`);
  } catch {
    return Number.NaN;
  }
}

function msIn(path: string): number {
  const line = readFileSync(path, 'latin1');
  // The name stands in brackets and may hold anything; user and system time are the 14th and 15th field.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
