/** Writes a database file under a temporary name, and gives it its final name when it is complete. */

import { chmodSync, chownSync, closeSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';

/** Makes an empty file that only its owner can read; fails if the file exists. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/** Links a complete file to its final name; `false` if that name is taken. */
export function linkUnlessTaken(draft: string, name: string): boolean {
  try {
    linkSync(draft, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a database with all its files. */
export function discardDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

export function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** A new name is durable when its folder is; Windows does this by itself and cannot open folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Gives a file the owner of another: the server may run as another user than a command, and must be able to open it. */
export function takeOwnerOf(model: string, copy: string): void {
  const { uid, gid } = statSync(model);
  const own = statSync(copy);
  if (own.uid !== uid || own.gid !== gid) chownSync(copy, uid, gid);
  chmodSync(copy, 0o600);
}
