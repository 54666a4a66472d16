/** Keeps texts on the disk while rows of several tables are put together, in a temporary database of SQLite. */

import { DatabaseSync } from 'node:sqlite';
import type { KeptRows } from '../../port/imports.ts';
import { explainedSpool } from './import-spool.ts';

/** Pages in memory, in KiB; the rest is on the disk. */
const cacheKibibytes = 16_384;

/** Rows that are read at once. */
const pageRows = 500;

const tables = `
  PRAGMA cache_size = -${cacheKibibytes};
  PRAGMA temp_store = FILE;
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  CREATE TABLE kept (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  CREATE INDEX kept_in_order ON kept (kind, number);
`;

/** Opens empty ones. As with the spool, SQLite removes the name of its file at once: nothing is left behind. */
export function openKeptRows(): KeptRows {
  const db = new DatabaseSync('');
  db.exec(tables);
  // One transaction for all: a commit for each row costs more than the row.
  db.exec('BEGIN');
  const put = db.prepare('INSERT INTO kept (kind, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const get = db.prepare('SELECT value FROM kept WHERE kind = ? AND key = ?');
  const page = db.prepare(
    'SELECT number, key, value FROM kept WHERE kind = ? AND number > ? ORDER BY number LIMIT ?',
  );
  return {
    put(kind, key, value) {
      try {
        return Number(put.run(kind, key, value).changes) > 0;
      } catch (error) {
        throw explainedSpool(error);
      }
    },
    get: (kind, key) => get.get(kind, key)?.['value'] as string | undefined,
    *each(kind) {
      for (let after = 0; ; ) {
        const rows = page.all(kind, after, pageRows) as unknown as {
          number: number;
          key: string;
          value: string;
        }[];
        yield* rows;
        if (rows.length < pageRows) return;
        after = rows.at(-1)?.number ?? after;
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}
