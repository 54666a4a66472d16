/** Detects whether nohup started this process, which then survives the end of its terminal. */

import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** The bit of SIGHUP in a mask of signals (proc_pid_status(5)). */
const hangup = 1n;

/** The access mode in the flags of an open file, and its value for writing only (open(2)). */
const accessMode = 3;
const writeOnly = 1;

/**
 * Node.js resets ignored signals to their default before any program runs, so the only effect of nohup, that SIGHUP is
 * ignored, is not visible. Other traces show nohup: its name as the last command of the shell, `nohup.out` as an output, an
 * unreadable input, or a script around it that ignores SIGHUP.
 */
export function isStartedByNohup({ env, pid }: Pick<NodeJS.Process, 'env' | 'pid'>): boolean {
  return basename(env['_'] ?? '') === 'nohup' || hasFilesOfNohup() || isIgnoredAround(pid);
}

/** nohup replaces a terminal as input or output by a file. */
function hasFilesOfNohup(): boolean {
  const outputs = [1, 2].map((fd) => readOrEmpty(() => readlinkSync(`/proc/self/fd/${fd}`)));
  if (outputs.some((path) => basename(path) === 'nohup.out')) return true;
  if (readOrEmpty(() => readlinkSync('/proc/self/fd/0')) !== '/dev/null') return false;
  const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(fileText('/proc/self/fdinfo/0')) ?? [];
  return (Number.parseInt(flags, 8) & accessMode) === writeOnly;
}

/** Whether a process, or an ancestor in the same job, ignores SIGHUP. */
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

/** The process group (proc_pid_stat(5)); the name of the program before it may contain any character. */
function jobOf(pid: number): string | undefined {
  return fileText(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')[2];
}

function fileText(path: string): string {
  return readOrEmpty(() => readFileSync(path, 'utf8'));
}

/** Empty without `/proc`, or if the process has ended. */
function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
