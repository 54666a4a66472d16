/** Opens a database of SQLite that is on the disk while a process needs it, in no folder under a name. */

import { DatabaseSync } from 'node:sqlite';

/**
 * Opens an empty one with tables. SQLite makes its file in the folder for temporary files (SQLITE_TMPDIR, TMPDIR, /var/tmp)
 * once it outgrows the cache, and removes the name at once: not even a killed process leaves it behind.
 *
 * @param cacheKiB Pages in memory; the rest is on the disk.
 */
export function openTemporary(tables: string, cacheKiB: number): DatabaseSync {
  // An empty name is a temporary database (https://sqlite.org/inmemorydb.html#temp_db).
  const db = new DatabaseSync('');
  db.exec(`PRAGMA cache_size = -${cacheKiB};
    PRAGMA temp_store = FILE;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    ${tables}`);
  // One transaction without an end: a commit for each row costs more than the row.
  db.exec('BEGIN');
  return db;
}
