/** The time that processes spent on a core, which a busy machine stretches far less than the time that passed. */

import { readFileSync } from 'node:fs';
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

function cpuMs(pid: number): number {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in brackets and may hold anything; user and system time are the 14th and 15th field.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return Number.NaN;
  }
}
