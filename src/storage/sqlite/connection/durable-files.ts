/** Makes a database file beside its place, and gives it its name when it is complete. */

import { chmodSync, chownSync, closeSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';

/** Makes an empty file that only its owner can read; fails if there is one. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/** Gives a complete file its name beside the one it has; `false` if that name is taken. */
export function linkUnlessTaken(draft: string, name: string): boolean {
  try {
    linkSync(draft, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a database with everything that belongs to it. */
export function discardDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

export function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** A new name is durable once its folder is; Windows keeps folders durable by itself and cannot open them. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** The server may run as another user than a command: it must be able to open what it finds. */
export function takeOwnerOf(model: string, copy: string): void {
  const { uid, gid } = statSync(model);
  const own = statSync(copy);
  if (own.uid !== uid || own.gid !== gid) chownSync(copy, uid, gid);
  chmodSync(copy, 0o600);
}
