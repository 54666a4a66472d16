/** Explains in one sentence why a file cannot be read or written, by the system's error code, and in another how to fix it. */

import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Words {
  readonly what: string;
  /** `other` is an alternative for the user. */
  readonly remedy: (other: string) => string;
}

const permission: Words = {
  what: 'There is no permission for it',
  remedy: () => 'Give the user that runs Gatehouse read and write access to the file and its folder.',
};
const full = (what: string): Words => ({ what, remedy: (other) => `Free some space, or ${other}.` });

const words: Readonly<Record<string, Words>> = {
  EROFS: { what: 'The file system is read-only', remedy: (other) => `Mount it read-write, or ${other}.` },
  EACCES: permission,
  EPERM: permission,
  ENOSPC: full('The disk is full'),
  EDQUOT: full('The quota of the user is used up'),
  EISDIR: { what: 'It is a folder', remedy: () => 'Name a file in it.' },
  ENOTDIR: {
    what: 'Part of the path is a file where a folder is needed',
    remedy: () => 'Choose another path.',
  },
  ENOENT: {
    what: 'It leads nowhere: a link, or its folder, has no end',
    remedy: () => 'Correct the link, or make the folder.',
  },
  ELOOP: { what: 'Its links lead in a circle', remedy: () => 'Correct them.' },
  ENAMETOOLONG: { what: 'The name is too long', remedy: () => 'Choose a shorter one.' },
  EMFILE: { what: 'This process has too many files open', remedy: () => 'Raise its limit (ulimit -n).' },
  ENFILE: { what: 'The system has too many files open', remedy: () => 'Raise its limit.' },
  EIO: { what: 'The disk reports an error', remedy: () => 'Check the disk and the log of the system.' },
};

/** A file cannot be written; the message gives the reason and advice. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite';
  /** The system's error code. */
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The code of a system error; `undefined` for every other error. */
export function systemCodeOf(error: unknown): string | undefined {
  const { code = '', syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A folder was to be made where a file exists.
  const known = code === 'EEXIST' && syscall === 'mkdir' ? 'ENOTDIR' : code;
  return Object.hasOwn(words, known) ? known : undefined;
}

/** The reason and advice; `other` is an alternative for the user, such as `choose another place`. */
export function sentencesOf(code: string, other: string): string | undefined {
  const known = words[code];
  return known && `${known.what} (${code}). ${known.remedy(other)}`;
}

/** The error for a file that cannot be written, for a `known` or found reason; otherwise the error unchanged. */
export function cannotWrite(file: string, error: unknown, known?: string): unknown {
  const code = known ?? causeOf(file, error);
  const said = code && sentencesOf(code, 'choose another place');
  return code && said ? new CannotWrite(code, `Cannot write ${file}: ${said}`, error) : error;
}

/** The reason why a file could not be written, from the error or from a trial on the disk. */
export function causeOf(file: string, error: unknown): string | undefined {
  const code = systemCodeOf(error);
  // If folders were to be made, Node.js reports this code for any reason.
  return code === undefined || code === 'ENOENT' ? (probe(file) ?? code) : code;
}

/** More than the free part of a partly used block. */
const trialBytes = 65_536;

/**
 * Finds the reason that a library does not report: tries to write the file if it exists, and a new one beside it. The trial
 * leaves nothing behind.
 */
function probe(file: string): string | undefined {
  let folder = dirname(file);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    for (const each of [file, `${file}-wal`, `${file}-shm`])
      if (existsSync(each)) closeSync(openSync(each, constants.O_RDWR));
    const trial = mkdtempSync(join(folder, `${basename(file).slice(0, 100)}.trial-`));
    try {
      writeFileSync(join(trial, 'file'), Buffer.alloc(trialBytes), { flush: true });
    } finally {
      rmSync(trial, { recursive: true, force: true });
    }
    return undefined;
  } catch (error) {
    return systemCodeOf(error);
  }
}
