/** Writes a new file that only its owner can read; it gets its name when it is complete. */

import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cannotWrite } from '../disk-errors.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

/**
 * Writes what `work` writes to a new file. If it fails, or is interrupted, no file is left.
 *
 * @throws {CommandError} if the file exists, or its folder does not.
 */
export async function writePrivateFile<Result>(
  name: string,
  work: (write: (text: string) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const path = resolve(name);
  if (existsSync(path)) throw taken(name);
  if (!existsSync(dirname(path)))
    throw new CommandError(exitCodes.notFound, 'The folder for the file does not exist.');
  const draft = `${path}.part-${process.pid}`;
  const onDisk = <Done>(step: () => Done): Done => {
    try {
      return step();
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  const file = onDisk(() => openSync(draft, 'wx', 0o600));
  try {
    try {
      const result = await work(async (text) => onDisk(() => writeWhole(file, text)));
      onDisk(() => fsyncSync(file));
      link(draft, path, name);
      return result;
    } finally {
      closeSync(file);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A disk that is nearly full may take a part. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
}

function link(draft: string, path: string, name: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(name) : cannotWrite(path, error);
  }
}

function taken(name: string): CommandError {
  return new CommandError(exitCodes.refused, `${name} exists already. It was not changed.`);
}
