/** The database of a running server, seen and damaged by somebody else: a second connection to the same file. */

import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { TestServer } from './server.ts';

type Row = Record<string, unknown>;

/** Whatever runs over a SQLite file of its own. */
type Server = Pick<TestServer, 'file'>;

/** Runs a statement from a second connection, foreign keys off, and returns its rows. */
export function query({ file }: Server, sql: string, ...values: (string | number)[]): Row[] {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 2_000 });
  try {
    return db.prepare(sql).all(...values);
  } finally {
    db.close();
  }
}

/** How many rows a table has. */
export function countRows(server: Server, table: string): number {
  return Number(query(server, `SELECT count(*) AS rows FROM ${table}`)[0]?.['rows']);
}

/** Takes a table away from under the server; the returned function puts it back, as it was. */
export function takeAway(server: Server, table: string): () => void {
  query(server, `ALTER TABLE ${table} RENAME TO ${table}_gone`);
  return () => void query(server, `ALTER TABLE ${table}_gone RENAME TO ${table}`);
}

/** Everything the database has on disk: the file and its write-ahead log. */
export function bytesOnDisk({ file }: Server): Buffer {
  const files = [file, `${file}-wal`].filter((name) => existsSync(name));
  return Buffer.concat(files.map((name) => readFileSync(name)));
}
