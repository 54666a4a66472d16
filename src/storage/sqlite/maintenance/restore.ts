/** Replaces the database by a copy: only while no other process has it open, and in one step. */

import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cannotWrite, systemCodeOf } from '../../../disk-errors.ts';
import type { Progress, Replaced, ReplaceRefusal, SourceRefusal } from '../../port/port.ts';
import { discardDatabase, syncFile, syncFolder, takeOwnerOf } from '../connection/durable-files.ts';
import { isDamaged, isLocked } from '../connection/errors.ts';
import { assertOwn, headerOf, isGatehouse, isUnreleased } from '../connection/file-checks.ts';
import { migrations } from '../schema.ts';
import { removeState, stateOf } from './database-state.ts';

/** The longest wait for a process to close the database. */
const lockTimeoutMs = 1_000;

/** A database that no other process can open until it is released. */
export interface LockedDatabase {
  /** Copies a backup to a file beside the database, for `replace`. */
  copy(source: string, progress: Progress): Promise<string | SourceRefusal>;
  /** Replaces the database by the copy; the old one is kept under a name that ends in `stamp`. */
  replace(draft: string, stamp: string): Replaced;
  /** Removes an unused copy and unlocks the database. */
  release(): void;
}

/**
 * Locks the database at `path`, whether it exists or not. A file that is damaged beyond opening cannot be locked, and
 * cannot be in use for long either.
 *
 * @throws {StoreUnusable} if the file there is a database of another program.
 */
export function lockDatabase(path: string): LockedDatabase | ReplaceRefusal {
  const file = resolve(path);
  const draft = `${file}.restore-${process.pid}`;
  if (existsSync(file)) assertOwn(file);
  const lock = existsSync(file) ? onlyConnection(file) : undefined;
  if (lock === 'in_use') return { refused: 'database_in_use' };
  return {
    async copy(source, progress) {
      const refusal = refusalOf(resolve(source), file);
      if (refusal) return { refused: refusal };
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        discardDatabase(draft);
        await copyFile(source, draft, progress);
      } catch (error) {
        // An interruption, or a damaged backup, is reported as it is.
        const isOfTarget =
          systemCodeOf(error) !== undefined && (error as NodeJS.ErrnoException).path !== source;
        throw isOfTarget ? cannotWrite(file, error) : error;
      }
      return isSound(draft) && isWhole(draft) ? draft : { refused: 'source_damaged' };
    },

    replace(copy, stamp) {
      takeOwnerOf(existsSync(file) ? file : dirname(file), copy);
      syncFile(copy);
      const kept = freeName(`${file}.before-restore-${stamp}`);
      const hadOne = existsSync(file);
      // After a restore of the wrong file the operator needs the old one.
      if (hadOne) linkSync(file, kept);
      // A write-ahead log of the old file must never be taken for the new one's.
      for (const suffix of ['-wal', '-shm', '-journal']) moveIfThere(`${file}${suffix}`, `${kept}${suffix}`);
      renameSync(copy, file);
      syncFolder(dirname(file));
      return { keptAs: hadOne ? kept : undefined };
    },

    release() {
      discardDatabase(draft);
      lock?.close();
    },
  };
}

/**
 * Leaving WAL mode needs a lock that fails while another process has the file open; it also moves every commit into the
 * file. In the other mode a second lock then excludes all others.
 */
export function onlyConnection(file: string): DatabaseSync | 'in_use' | undefined {
  const db = new DatabaseSync(file, { timeout: lockTimeoutMs });
  try {
    db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    // A process that opened it in between has turned WAL mode on again.
    if (db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'delete') return db;
    db.close();
    return 'in_use';
  } catch (error) {
    if (db.isOpen) db.close();
    if (isLocked(error)) return 'in_use';
    if (isDamaged(error)) return undefined;
    throw error;
  }
}

function refusalOf(source: string, file: string): SourceRefusal['refused'] | undefined {
  const about = statSync(source, { throwIfNoEntry: false });
  if (!about) return 'source_missing';
  if (!about.isFile()) return 'source_foreign';
  if (about.ino === statSync(file, { throwIfNoEntry: false })?.ino) return 'source_is_database';
  const header = headerOf(source);
  if (header && isUnreleased(header)) return 'source_unreleased';
  if (!header || !isGatehouse(header)) return 'source_foreign';
  const log = statSync(`${source}-wal`, { throwIfNoEntry: false });
  if (log && log.size > 0) return 'source_incomplete';
  return header.readUInt32BE(60) > migrations.length ? 'source_newer' : undefined;
}

async function copyFile(source: string, draft: string, progress: Progress): Promise<void> {
  const { size } = statSync(source);
  let copied = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      copied += chunk.byteLength;
      progress(copied, size);
      next(null, chunk);
    },
  });
  const chunks = { highWaterMark: 1 << 20 };
  await pipeline(
    createReadStream(source, chunks),
    count,
    createWriteStream(draft, { flags: 'wx', mode: 0o600 }),
  );
}

function isSound(draft: string): boolean {
  try {
    using db = new DatabaseSync(draft);
    return db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'] === 'ok';
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}

/** Whether no copy into it is unfinished. A file that was moved away counts as unmoved here. */
function isWhole(draft: string): boolean {
  using db = new DatabaseSync(draft);
  if (stateOf(db).copying !== null) return false;
  removeState(db);
  return true;
}

function freeName(wish: string): string {
  let name = wish;
  for (let n = 2; existsSync(name); n += 1) name = `${wish}-${n}`;
  return name;
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
