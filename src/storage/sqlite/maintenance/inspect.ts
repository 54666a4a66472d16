/** Inspects a database without changing anything in it, not even its version. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sentencesOf, systemCodeOf } from '../../../disk-errors.ts';
import { type Inspection, type SealedCount, StoreUnusable } from '../../port/port.ts';
import { closedBecause } from '../../shared/database-state.ts';
import { assertOwn, notAFile } from '../connection/file-checks.ts';
import { migrations } from '../schema.ts';
import { stateOf } from './database-state.ts';

/** Reports of damage that are read. */
const maxComplaints = 5;

/**
 * Reads the whole database at `path`; `undefined` if it does not exist. `weakPrefixes` are those of hashes that wait to be
 * wrapped.
 *
 * @throws {StoreUnusable} if it is not Gatehouse's, or cannot be opened.
 */
export function inspectDatabase(path: string, weakPrefixes: readonly string[] = []): Inspection | undefined {
  const file = resolve(path);
  const about = statSync(file, { throwIfNoEntry: false });
  if (!about) return undefined;
  if (!about.isFile()) throw notAFile(file, about);
  try {
    assertOwn(file);
    using db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    return { ...lookInto(db, weakPrefixes), bytes: about.size, logBytes: sizeOf(`${file}-wal`) };
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    const code = systemCodeOf(error);
    const said = code && sentencesOf(code, 'point DATABASE_URL at another disk');
    throw new StoreUnusable(`Cannot read the database ${file}: ${said ?? `${(error as Error).message}.`}`, {
      cause: error,
    });
  }
}

function lookInto(db: DatabaseSync, weakPrefixes: readonly string[]): Omit<Inspection, 'bytes' | 'logBytes'> {
  // One snapshot: concurrent writes of a server must not look like damage.
  db.exec('BEGIN');
  const schema = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  const found = complaints(db);
  const isReadable = found.length === 0;
  const number = (sql: string) => {
    const value = db.prepare(sql).get()?.['value'];
    return typeof value === 'number' ? value : undefined;
  };
  const halves = `SELECT (SELECT count(*) FROM auth WHERE user_id NOT IN (SELECT id FROM users)) +
                         (SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM auth)
                          AND disabled_at IS NOT 0) AS value`;
  return {
    schema,
    schemaKnown: migrations.length,
    damage: [...found, ...(isReadable ? orphans(db) : [])],
    closedBecause: isReadable ? closedBecause(stateOf(db)) : undefined,
    halfAccounts: isReadable ? (number(halves) ?? 0) : 0,
    sealed: isReadable ? sealedCounts(db) : [],
    hashesToWrap: isReadable ? countWith(db, weakPrefixes) : 0,
    newestEntryAt: isReadable ? number('SELECT at AS value FROM audit ORDER BY seq DESC LIMIT 1') : undefined,
  };
}

function countWith(db: DatabaseSync, prefixes: readonly string[]): number {
  const count = db.prepare(
    'SELECT count(*) AS hashes FROM auth WHERE substr(password_hash, 1, length($prefix)) = $prefix',
  );
  return prefixes.reduce((sum, prefix) => sum + Number(count.get({ prefix })?.['hashes']), 0);
}

/** A database of an older version has no such table yet. */
function sealedCounts(db: DatabaseSync): SealedCount[] {
  const isThere = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'second_factors'`).get();
  if (!isThere) return [];
  const rows = db.prepare(`SELECT substr(totp_secret, 1, 12) AS prefix, count(*) AS count
    FROM second_factors WHERE totp_secret IS NOT NULL GROUP BY 1 ORDER BY 1`);
  return rows.all().map(({ prefix, count }) => ({ prefix: String(prefix), count: Number(count) }));
}

function complaints(db: DatabaseSync): string[] {
  const rows = db.prepare(`PRAGMA integrity_check(${maxComplaints})`).all();
  return rows.map((row) => String(row['integrity_check'])).filter((found) => found !== 'ok');
}

function orphans(db: DatabaseSync): string[] {
  const rows = db.prepare('PRAGMA foreign_key_check').all().slice(0, maxComplaints);
  return rows.map(({ table, parent }) => `a row of ${table} belongs to a row of ${parent} that is missing`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
