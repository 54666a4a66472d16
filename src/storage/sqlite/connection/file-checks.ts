/** Checks whether a file is a database of Gatehouse, before SQLite opens it. */

import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { StoreUnusable } from '../../port/port.ts';
import { applicationId, unreleasedApplicationId } from '../schema.ts';

/** The error for a path that is not a regular file. */
export function notAFile(file: string, about: Stats): StoreUnusable {
  const what = about.isDirectory() ? 'is a folder (EISDIR) and is not a file' : 'is not a file';
  return new StoreUnusable(`${file} ${what}. Point DATABASE_URL at a file.`);
}

/** Checks that a file may be Gatehouse's, without opening it as a database. */
export function assertFile(file: string): Stats {
  const about = statSync(file);
  if (!about.isFile()) throw notAFile(file, about);
  if (about.size === 0) {
    throw new StoreUnusable(
      `${file} is empty: no database that Gatehouse wrote looks like this. ` +
        'Restore it from a backup, or remove it to start afresh.',
    );
  }
  // SQLite takes a file of a few bytes for an empty database and would overwrite it.
  if (!headerOf(file)) throw new Error('file is not a database');
  assertOwn(file);
  return about;
}

/**
 * Reads the header (SQLite's file format, section 1.3) before SQLite does: even opening and closing a file of another
 * program would fold its write-ahead log into it.
 */
export function assertOwn(file: string): void {
  const header = headerOf(file);
  if (!header || isGatehouse(header)) return;
  throw new StoreUnusable(
    isUnreleased(header)
      ? `${file} was made by an unreleased version of Gatehouse, and this version does not read it. It is left as it is. ` +
          'Point DATABASE_URL at a new name to begin with an empty database.'
      : `${file} is a SQLite database of another program. Point DATABASE_URL at a file of Gatehouse or at a new name.`,
  );
}

/** The header of a SQLite file; `undefined` for other files. */
export function headerOf(file: string): Buffer | undefined {
  const header = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header);
  } finally {
    closeSync(handle);
  }
  return header.toString('latin1').startsWith('SQLite format 3\0') ? header : undefined;
}

/** Whether the header of a SQLite file has Gatehouse's mark. */
export function isGatehouse(header: Buffer): boolean {
  return header.readUInt32BE(68) === applicationId;
}

/** Whether the header of a SQLite file has the mark of an unreleased version. */
export function isUnreleased(header: Buffer): boolean {
  return header.readUInt32BE(68) === unreleasedApplicationId;
}
