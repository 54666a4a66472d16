/** Detects whether nohup started this process, which then survives the end of its terminal. */

import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** SIGHUP in a mask of signals (proc_pid_status(5)). */
const hangup = 1n;

/** The access mode in the flags of an open file, and what it is for writing only (open(2)). */
const accessMode = 3;
const writeOnly = 1;

/**
 * Node.js sets ignored signals back to their default before any program runs, so that SIGHUP being ignored, which is
 * all that nohup does, cannot be seen any more. nohup is known by what else it leaves: its name as the last command of
 * the shell, `nohup.out` as an output, an input that cannot be read, or a script around it that ignores SIGHUP.
 */
export function isStartedByNohup({ env, pid }: Pick<NodeJS.Process, 'env' | 'pid'>): boolean {
  return basename(env['_'] ?? '') === 'nohup' || hasFilesOfNohup() || isIgnoredAround(pid);
}

/** Where input or output would be a terminal, nohup puts a file. */
function hasFilesOfNohup(): boolean {
  const outputs = [1, 2].map((fd) => readOrEmpty(() => readlinkSync(`/proc/self/fd/${fd}`)));
  if (outputs.some((path) => basename(path) === 'nohup.out')) return true;
  if (readOrEmpty(() => readlinkSync('/proc/self/fd/0')) !== '/dev/null') return false;
  const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(fileText('/proc/self/fdinfo/0')) ?? [];
  return (Number.parseInt(flags, 8) & accessMode) === writeOnly;
}

/** Whether a process ignores SIGHUP, or one that led to it and is of the same job. */
function isIgnoredAround(started: number): boolean {
  const job = jobOf(started);
  for (let pid = started; pid > 1 && jobOf(pid) === job; ) {
    const status = fileText(`/proc/${pid}/status`);
    const [, mask = '0'] = /^SigIgn:\s*([\da-f]+)$/m.exec(status) ?? [];
    if (BigInt(`0x${mask}`) & hangup) return true;
    pid = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return false;
}

/** The process group (proc_pid_stat(5)); the name of the program before it may hold anything. */
function jobOf(pid: number): string | undefined {
  return fileText(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')[2];
}

function fileText(path: string): string {
  return readOrEmpty(() => readFileSync(path, 'utf8'));
}

/** Nothing where there is no `/proc`, or the process has gone. */
function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
