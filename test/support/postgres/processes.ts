/** Processes by their numbers: who is whose child, who still runs, and signals to whole families. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** One letter: `T` is stopped, `Z` is dead but not yet buried by its parent. */
  readonly state: string;
}

/** All processes. Linux is asked directly, because a small machine has no `ps`. */
function everyProcess(): Seen[] {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => seen(Number(name)) ?? []);
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,state='], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      state: state.charAt(0),
    }));
}

function seen(pid: number): Seen | undefined {
  if (process.platform !== 'linux') return everyProcess().find((one) => one.pid === pid);
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in brackets and may hold anything, brackets too.
    const [state = '', parent] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { pid, state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  return everyProcess()
    .filter(({ parent, state }) => parent === pid && state !== 'Z')
    .map((child) => child.pid);
}

/** A dead process counts as gone even if no parent has collected it: in a container often none does. */
export function isAlive(pid: number): boolean {
  const state = seen(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** What a process was started with, as one line; empty if it is gone. */
export function commandOf(pid: number): string {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Sends a signal; returns whether there was a process to receive it. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Stops a process and its children in their tracks, and resolves when all of them stand still, with their numbers. */
export async function freezeFamily(pid: number): Promise<number[]> {
  // The parent first: from then on it bears no more children.
  signal(pid, 'SIGSTOP');
  await untilSo(() => !isAlive(pid) || seen(pid)?.state === 'T');
  const family = [pid, ...childrenOf(pid)];
  for (const member of family) signal(member, 'SIGSTOP');
  await untilSo(() => family.every((member) => !isAlive(member) || seen(member)?.state === 'T'));
  return family;
}

/** Lets a frozen family go on. */
export function thawFamily(pid: number): void {
  for (const member of [...childrenOf(pid), pid]) signal(member, 'SIGCONT');
}

/** Kills a process and its children at once, and resolves when all are gone. */
export async function killFamily(pid: number): Promise<void> {
  const family = await freezeFamily(pid);
  for (const member of family) signal(member, 'SIGKILL');
  await untilSo(() => !family.some(isAlive));
}

/** Asks a process, which may be frozen, to end; says whether it did in time. */
export async function endFamily(pid: number, name: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  signal(pid, name);
  thawFamily(pid);
  return untilSo(() => !isAlive(pid), patienceMs);
}

/** Looks again and again until something is so; says whether it came to that in time. */
export async function untilSo(look: () => boolean, patienceMs = 20_000): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  while (!look()) {
    if (performance.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
