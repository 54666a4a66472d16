/** A SQLite file that rows are moved into, under another name until it is complete. */

import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable, type TargetUnready, type TransferTarget } from '../../port/port.ts';
import {
  createPrivateFile,
  discardDatabase,
  linkUnlessTaken,
  syncFile,
  syncFolder,
  takeOwnerOf,
} from '../connection/durable-files.ts';
import { isDamaged, isLocked } from '../connection/errors.ts';
import { migrate, pragma, unusable } from '../connection/open-database.ts';
import { unavailable } from '../connection/reader.ts';
import { unreleasedApplicationId } from '../schema.ts';
import { markCopying, stateOf } from './database-state.ts';
import { countOf, inserterOf, scanOf } from './transfer-rows.ts';

/** The bounds of one commit: at most this much is written again after a crash. */
const maxPages = 20;
const maxMs = 2_000;

/**
 * Opens the future file at `path`, and continues an unfinished copy.
 *
 * @throws {StoreUnusable} if the file cannot be made.
 */
export function openSqliteTarget(path: string): TransferTarget | TargetUnready {
  const file = resolve(path);
  const draft = `${file}.migrating`;
  try {
    assertNoLog(file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // The copy is complete, and only the name of the draft is left.
    if (existsSync(file) && isSame(file, draft)) discardDatabase(draft);
    if (existsSync(file)) return { refused: 'target_exists', noted: notedAt(draft) };
    const db = openDraft(draft);
    return db ? targetIn(db, draft, file) : { refused: 'target_in_use' };
  } catch (error) {
    throw unusable(file, error);
  }
}

/** The only connection to the draft, which is made if missing; `undefined` if another process has it open. */
function openDraft(draft: string): DatabaseSync | undefined {
  if (!existsSync(draft)) createPrivateFile(draft);
  const db = new DatabaseSync(draft, { timeout: 1_000 });
  try {
    // Nothing in it is acknowledged yet: a power cut may lose its last pages, and no others.
    db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -262144; PRAGMA trusted_schema = OFF;
      BEGIN EXCLUSIVE; COMMIT`);
    stateOf(db);
    if (pragma(db, 'application_id') !== unreleasedApplicationId) return db;
  } catch (error) {
    if (!isDamaged(error)) {
      db.close();
      if (isLocked(error)) return undefined;
      throw error;
    }
  }
  db.close();
  discardDatabase(draft);
  return openDraft(draft);
}

function targetIn(db: DatabaseSync, draft: string, file: string): TransferTarget {
  let insert = isBegun(db) ? inserterOf(db) : undefined;
  let [pages, since] = [0, 0];

  /** Commits the pages written so far together, so that each page of an index is written once for many rows. */
  function commit(): void {
    if (db.isTransaction) db.exec('COMMIT');
    pages = 0;
  }

  /** Commits and makes the indexes, before the draft is published or read. */
  function settle(): void {
    commit();
    if (insert) for (const sql of indexes()) db.exec(sql.replace(/INDEX/, 'INDEX IF NOT EXISTS'));
  }

  return {
    name: `file:${file}`,
    noted: stateOf(db).note ?? undefined,
    count: async (table) => countOf(db, table),

    scan(table, behind) {
      settle();
      return scanOf(db, table, behind);
    },

    async begin(from, note) {
      clear(db);
      migrate(db, 0);
      db.exec('PRAGMA foreign_keys = ON; BEGIN; DELETE FROM audit_ends');
      for (const sql of indexes()) db.exec(`DROP INDEX ${/INDEX (\w+)/.exec(sql)?.[1]}`);
      markCopying(db, from, note);
      db.exec('COMMIT');
      insert = inserterOf(db);
      return 'begun';
    },

    async write(table, rows, note) {
      if (!insert) throw new Error('The copy was not begun.');
      try {
        if (!db.isTransaction) {
          db.exec('BEGIN');
          since = performance.now();
        }
        db.exec('SAVEPOINT page');
        const written = insert(table, rows);
        markCopying(db, stateOf(db).copying, note);
        if (written !== 'written') db.exec('ROLLBACK TO page');
        db.exec('RELEASE page');
        pages += 1;
        if (pages === maxPages || performance.now() - since > maxMs) commit();
        return written;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw unavailable(error);
      }
    },

    async finish() {
      settle();
      markCopying(db, null, stateOf(db).note ?? '');
      db.exec('PRAGMA journal_mode = DELETE');
      db.close();
      if (process.getuid?.() === 0) takeOwnerOf(dirname(file), draft);
      syncFile(draft);
      if (!linkUnlessTaken(draft, file)) return 'exists';
      rmSync(draft);
      syncFolder(dirname(file));
      return 'finished';
    },

    async release() {
      if (!db.isOpen) return;
      commit();
      const isEmpty = !isBegun(db);
      db.close();
      if (isEmpty) discardDatabase(draft);
    },
  };
}

/** The indexes besides those of the keys: made at the end, they cost a fraction. */
function indexes(): string[] {
  using db = new DatabaseSync(':memory:');
  migrate(db, 0);
  const rows = db.prepare(`SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`).all();
  return rows.map(({ sql }) => String(sql));
}

/** Removes every table. A draft of another version may have other tables. */
function clear(db: DatabaseSync): void {
  db.exec('PRAGMA foreign_keys = OFF; BEGIN');
  const rows = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  for (const { name } of rows) db.exec(`DROP TABLE "${name}"`);
  db.exec('PRAGMA user_version = 0; COMMIT');
}

function isBegun(db: DatabaseSync): boolean {
  return stateOf(db).note !== null;
}

function notedAt(draft: string): string | undefined {
  if (!existsSync(draft)) return undefined;
  try {
    using db = new DatabaseSync(draft, { readOnly: true, timeout: 1_000 });
    return stateOf(db).note ?? undefined;
  } catch {
    return undefined;
  }
}

function isSame(file: string, draft: string): boolean {
  return statSync(file).ino === statSync(draft, { throwIfNoEntry: false })?.ino;
}

function assertNoLog(file: string): void {
  if (existsSync(file) || !existsSync(`${file}-wal`)) return;
  throw new StoreUnusable(
    `${basename(file)}-wal lies where ${file} is to be, and belongs to another database. Move it away, or choose another name.`,
  );
}
