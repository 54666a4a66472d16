/** Copies a database while it is in use: one snapshot of it, and under its name complete or not at all. */

import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { cannotWrite } from '../../../disk-errors.ts';
import { type Backup, type BackupRefusal, type Progress, StoreUnavailable } from '../../port/port.ts';
import {
  createPrivateFile,
  discardDatabase,
  linkUnlessTaken,
  syncFile,
  syncFolder,
} from '../connection/durable-files.ts';
import { isDamaged, isFull, isLocked } from '../connection/errors.ts';

/** Pages copied in one go, off the event loop: about four megabytes. */
const pagesPerStep = 1_000;

/**
 * Copies the database at `path` to a new file. Writers meanwhile neither wait nor show in the copy, which is
 * the database as it was at one instant. Where `progress` throws, copying ends and nothing is left of it.
 *
 * @throws {StoreUnavailable} if the copy is not sound: nothing is left of it.
 */
export async function backupDatabase(
  path: string,
  target: string,
  progress: Progress,
): Promise<Backup | BackupRefusal> {
  const copy = resolve(target);
  if (existsSync(copy)) return { refused: 'target_exists' };
  const folder = statSync(dirname(copy), { throwIfNoEntry: false });
  if (!folder) return { refused: 'target_folder_missing' };
  if (!folder.isDirectory()) throw cannotWrite(copy, undefined, 'ENOTDIR');
  const draft = `${copy}.part-${process.pid}`;
  try {
    createPrivateFile(draft);
    await copySnapshot(resolve(path), draft, progress);
    assertSound(draft);
    syncFile(draft);
    if (!publish(draft, copy)) return { refused: 'target_exists' };
    syncFolder(dirname(copy));
    return { bytes: statSync(copy).size };
  } catch (error) {
    throw fromBoth(error) ? error : cannotWrite(copy, error, isFull(error) ? 'ENOSPC' : undefined);
  } finally {
    discardDatabase(draft);
  }
}

/** Not a failure of the copy: what ended it, or what is wrong with the database. */
function fromBoth(error: unknown): boolean {
  return error instanceof StoreUnavailable || isLocked(error) || isDamaged(error);
}

/** The snapshot is held until the last page is copied: else every commit of another process would begin it anew. */
async function copySnapshot(file: string, draft: string, progress: Progress): Promise<void> {
  using source = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  source.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  let all = 1;
  await backup(source, draft, {
    rate: pagesPerStep,
    progress: ({ totalPages, remainingPages }) => {
      all = totalPages;
      progress(totalPages - remainingPages, totalPages);
    },
  });
  progress(all, all);
}

/** Reads the whole copy back, and makes it a file that needs none beside it. */
function assertSound(draft: string): void {
  using db = new DatabaseSync(draft);
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok')
    throw new StoreUnavailable(`The copy is not sound: ${found}. Run \`gatehouse doctor\`.`);
  db.exec('PRAGMA journal_mode = DELETE');
}

/** Gives the draft its name, unless that was taken meanwhile. */
function publish(draft: string, name: string): boolean {
  try {
    return linkUnlessTaken(draft, name);
  } catch {
    // Not every disk knows links: there the name is reserved, and then replaced.
    createPrivateFile(name);
    renameSync(draft, name);
    return true;
  }
}
