/** Keeps texts on the disk while rows of several tables are put together, in a temporary database of SQLite. */

import type { KeptRows } from '../../port/imports.ts';
import { explainedSpool } from './import-spool.ts';
import { openTemporary } from './temporary-database.ts';

/** Pages in memory, in KiB; the rest is on the disk. */
const cacheKiB = 16_384;

/** Rows that are read at once. */
const pageRows = 500;

const tables = `
  CREATE TABLE kept (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  CREATE INDEX kept_in_order ON kept (kind, number);
`;

export function openKeptRows(): KeptRows {
  const db = openTemporary(tables, cacheKiB);
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
