/** Says in a sentence why a file cannot be read or written, by the code of the system, and in another what to do. */

import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Words {
  readonly what: string;
  /** `else` is what may be chosen instead. */
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

/** A file cannot be written; the message says why and what to do. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite';
  /** As the system has it. */
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The code of an error of the system; `undefined` for every other error. */
export function systemCodeOf(error: unknown): string | undefined {
  const { code = '', syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A folder was to be made where a file is.
  const known = code === 'EEXIST' && syscall === 'mkdir' ? 'ENOTDIR' : code;
  return Object.hasOwn(words, known) ? known : undefined;
}

/** Why and what to do; `other` is what may be chosen instead, such as `choose another place`. */
export function sentencesOf(code: string, other: string): string | undefined {
  const known = words[code];
  return known && `${known.what} (${code}). ${known.remedy(other)}`;
}

/** As it is said of a file that was to be written, for the reason if it is `known`; other errors are what they were. */
export function cannotWrite(file: string, error: unknown, known?: string): unknown {
  const code = known ?? causeOf(file, error);
  const said = code && sentencesOf(code, 'choose another place');
  return code && said ? new CannotWrite(code, `Cannot write ${file}: ${said}`, error) : error;
}

/** Why a file could not be written, as far as the error or the disk tells. */
export function causeOf(file: string, error: unknown): string | undefined {
  const code = systemCodeOf(error);
  // Where folders were to be made, Node.js says this whatever the reason.
  return code === undefined || code === 'ENOENT' ? (probe(file) ?? code) : code;
}

/** More than what is left in a block that is partly used. */
const trialBytes = 65_536;

/**
 * Finds out what a library kept to itself: whether a file that exists, and a new one beside it, can be written. Nothing
 * is left of the trial.
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
