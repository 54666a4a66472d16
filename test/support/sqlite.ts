/** SQLite files for tests of the engine: opened, filled, locked and looked at from outside. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { digest } from '../../src/crypto/ids.ts';
import type { Store } from '../../src/storage/port/port.ts';
import { openDatabase } from '../../src/storage/sqlite/connection/open-database.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from './server.ts';

export { idHash, sessionOfJoe } from './sqlite-rows.ts';

/** A path at which there is nothing yet, in a folder that is removed at the end of the test. */
export function freshPath(): string {
  return join(temporaryFolder(), 'gatehouse.db');
}

/** An open store that is closed at the end of the test, unless the test did it. */
export function openStore(file = freshPath()): Store & { readonly file: string } {
  const store = openSqliteStore(file, digest);
  onTestFinished(() => store.close().catch(() => {}));
  return { ...store, file };
}

/** A connection as the store opens it, closed at the end of the test. */
export function ownConnection(file = freshPath()): DatabaseSync {
  return closedAtEnd(openDatabase(file));
}

/** A second connection to a file, as another process would have one. */
export function otherConnection(file: string): DatabaseSync {
  return closedAtEnd(new DatabaseSync(file, { timeout: 2_000 }));
}

function closedAtEnd(db: DatabaseSync): DatabaseSync {
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

/** Takes the write lock of a file; the returned function lets go of it. */
export function lock(file: string): () => void {
  const db = otherConnection(file);
  db.exec('BEGIN IMMEDIATE');
  return () => db.exec('ROLLBACK');
}

/**
 * How many commits the write-ahead log of a file holds: frames that carry the size of the database end one
 * (https://www.sqlite.org/fileformat2.html, section 4.1). Counts right until the log is folded into the file.
 */
export function commitsIn(file: string): number {
  const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0);
  if (log.byteLength === 0) return 0;
  const frameBytes = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= log.byteLength; at += frameBytes) {
    if (log.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}

/** Makes an account with a given name as its user id. */
export async function makeAccount(store: Pick<Store, 'accounts'>, name: string): Promise<void> {
  await store.accounts.create({
    userId: name,
    identifier: name,
    canonical: name,
    passwordHash: `hash of ${name}`,
    createdAt: 1_000,
    email: null,
  });
}
