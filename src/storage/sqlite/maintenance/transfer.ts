/** A SQLite file that rows move from, locked until it is released. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type SourceUnready, StoreUnusable, type TransferSource } from '../../port/port.ts';
import { assertCopied } from '../../shared/database-state.ts';
import { assertFile } from '../connection/file-checks.ts';
import { openDatabase, schemaVersion, unusable } from '../connection/open-database.ts';
import { migrations } from '../schema.ts';
import { markMoved, stateOf } from './database-state.ts';
import { onlyConnection } from './restore.ts';
import { countOf, scanOf } from './transfer-rows.ts';

/**
 * Locks the file at `path` and migrates it: no other process opens it until it is released.
 *
 * @throws {StoreUnusable} if it is not a database of Gatehouse, or one of a newer version.
 */
export function openSqliteSource(path: string): TransferSource | SourceUnready {
  const file = resolve(path);
  if (!existsSync(file)) return { refused: 'source_missing' };
  try {
    const db = hold(file);
    return db ? sourceIn(db, file) : { refused: 'source_in_use' };
  } catch (error) {
    throw unusable(file, error);
  }
}

/** The only connection to the file, in a transaction that excludes others; `undefined` if another process has it open. */
function hold(file: string): DatabaseSync | undefined {
  assertFile(file);
  for (;;) {
    const db = onlyConnection(file);
    if (db === 'in_use') return undefined;
    if (!db) throw new StoreUnusable(`${file} is damaged. Restore it from a backup.`);
    try {
      if (schemaVersion(db, file) === migrations.length) return db;
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    openDatabase(file).close();
  }
}

function sourceIn(db: DatabaseSync, file: string): TransferSource {
  const state = stateOf(db);
  try {
    assertCopied(state);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    name: `file:${file}`,
    moved: state.moved,
    count: async (table) => countOf(db, table),
    scan: (table, behind) => scanOf(db, table, behind),
    async retire(moved) {
      markMoved(db, moved);
      db.exec('COMMIT');
      return 'retired';
    },
    async release() {
      if (db.isOpen) db.close();
    },
  };
}
