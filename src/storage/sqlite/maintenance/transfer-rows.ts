/** Rows of SQLite in the form of the transfer. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  keyOf,
  nameOf,
  pageRows,
  type RowUnfit,
  shapeOf,
  type TransferKind,
  type TransferRow,
  type TransferTable,
  transferTables,
} from '../../port/port.ts';
import { isConstraint } from '../connection/errors.ts';

const read = (column: string, kind: TransferKind | undefined) =>
  kind === 'hash' ? `lower(hex(${column}))` : column;

const written = (kind: TransferKind | undefined) => (kind === 'hash' ? 'unhex(?)' : '?');

export function countOf(db: DatabaseSync, table: TransferTable): number {
  return Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);
}

/** As `Readable.scan`. The statement is open until the last page is read. */
export async function* scanOf(
  db: DatabaseSync,
  table: TransferTable,
  behind?: TransferRow,
): AsyncIterable<readonly TransferRow[]> {
  const { columns, key, ofUser } = shapeOf(table);
  const place = `(${key.join()}) > (${key.map((column) => written(columns[column])).join()})`;
  const orNone = ofUser === 'if_any' ? ' OR user_id IS NULL' : '';
  // The plus keeps the order of the key: SQLite must look users up for each row, not rows for each user.
  const conditions = [
    ...(ofUser ? [`EXISTS (SELECT 1 FROM users WHERE id = +${table}.user_id)${orNone}`] : []),
    ...(behind ? [place] : []),
  ];
  const select = db.prepare(
    `SELECT ${Object.entries(columns)
      .map(([column, kind]) => read(column, kind))
      .join()} FROM ${table}
     ${conditions.length > 0 ? `WHERE ${conditions.map((one) => `(${one})`).join(' AND ')}` : ''} ORDER BY ${key.join()}`,
  );
  select.setReturnArrays(true);
  const values = behind ? keyOf(table, behind) : [];
  let page: TransferRow[] = [];
  for (const row of select.iterate(...values)) {
    page.push(row as unknown as TransferRow);
    if (page.length < pageRows) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Inserts rows inside a transaction, up to the first that cannot be stored. */
export function inserterOf(
  db: DatabaseSync,
): (table: TransferTable, rows: readonly TransferRow[]) => 'written' | RowUnfit {
  const statements = new Map(
    transferTables.map((table) => {
      const kinds = Object.entries(shapeOf(table).columns);
      const names = kinds.map(([column]) => column).join();
      const places = kinds.map(([, kind]) => written(kind)).join();
      return [table, db.prepare(`INSERT INTO ${table} (${names}) VALUES (${places})`)];
    }),
  );
  return (table, rows) => {
    const insert = statements.get(table);
    for (const row of rows) {
      try {
        insert?.run(...(row as SQLInputValue[]));
      } catch (error) {
        if (!isConstraint(error)) throw error;
        const because = `SQLite refuses it: ${(error as Error).message}.`;
        return { refused: 'row_unfit', table, row: nameOf(table, row), because };
      }
    }
    return 'written';
  };
}
