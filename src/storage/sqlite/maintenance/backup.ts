/** Copies one snapshot of a database in use; the copy gets its name when it is complete. */

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

/** Pages copied in one step, off the event loop: about four megabytes. */
const pagesPerStep = 1_000;

/**
 * Copies the database at `path` to a new file: its state at one instant. Writers do not wait and do not appear in the copy.
 * If `progress` throws, copying ends and no file is left.
 *
 * @throws {StoreUnavailable} if the copy is damaged; no file is left.
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

/** Errors that are not failures of writing the copy: an interruption, or a damaged or locked database. */
function fromBoth(error: unknown): boolean {
  return error instanceof StoreUnavailable || isLocked(error) || isDamaged(error);
}

/** The snapshot stays open until the last page is copied: otherwise every commit of another process would restart the copy. */
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

/** Reads the whole copy back, and makes it a single file. */
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
    // Some disks have no links: there the name is reserved and then replaced.
    createPrivateFile(name);
    renameSync(draft, name);
    return true;
  }
}
