/** Rows of PostgreSQL in the form of the transfer. */

import {
  keyOf,
  nameOf,
  pageRows,
  type RowUnfit,
  type StoreUnavailable,
  shapeOf,
  type TransferKind,
  type TransferRow,
  type TransferTable,
} from '../../port/port.ts';
import { type DedicatedConnection, rowsOf } from '../connection/dedicated-connection.ts';
import { codeOf } from '../connection/errors.ts';
import { byteaArray, isStorable } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';

const read = (column: string, kind: TransferKind | undefined) => {
  if (kind === 'hash') return `encode(${column}, 'hex')`;
  return kind === 'json' ? `${column}::text` : column;
};

/** The array type of a parameter with all values of a column. */
const arrays: Readonly<Record<TransferKind, string>> = {
  text: 'text[]',
  number: 'bigint[]',
  hash: 'bytea[]',
  json: 'jsonb[]',
};

export async function countOf({ run }: DedicatedConnection, table: TransferTable): Promise<number> {
  const { rows } = await run<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  return Number(rows[0]?.rows);
}

/** As `Readable.scan`, inside a transaction. */
export async function* scanOf(
  { client, run }: DedicatedConnection,
  table: TransferTable,
  behind?: TransferRow,
): AsyncIterable<readonly TransferRow[]> {
  const { columns, key, ofUser } = shapeOf(table);
  const values = behind ? keyOf(table, behind) : [];
  const literals = key.map((column, n) => literal(client, columns[column], values[n] ?? null));
  const orNone = ofUser === 'if_any' ? ' OR user_id IS NULL' : '';
  const conditions = [
    ...(ofUser ? [`EXISTS (SELECT 1 FROM users WHERE id = ${table}.user_id)${orNone}`] : []),
    ...(behind ? [`(${key.join()}) > (${literals.join()})`] : []),
  ];
  const selected = Object.entries(columns).map(([column, kind]) => read(column, kind));
  await run(
    `DECLARE pages NO SCROLL CURSOR FOR SELECT ${selected.join()} FROM ${table}
     ${conditions.length > 0 ? `WHERE ${conditions.map((one) => `(${one})`).join(' AND ')}` : ''} ORDER BY ${key.join()}`,
  );
  try {
    for (;;) {
      const page = await rowsOf(client, `FETCH ${pageRows} FROM pages`);
      if (page.length > 0) yield page;
      if (page.length < pageRows) return;
    }
  } finally {
    await run('CLOSE pages').catch(() => {});
  }
}

/** A cursor takes no parameters. */
function literal(
  client: DedicatedConnection['client'],
  kind: TransferKind | undefined,
  value: string | number | null,
): string {
  if (kind === 'number') return String(Number(value));
  const text = client.escapeLiteral(String(value));
  return kind === 'hash' ? `decode(${text}, 'hex')` : text;
}

/** Inserts rows inside a transaction. */
export async function insert(run: Run, table: TransferTable, rows: readonly TransferRow[]): Promise<void> {
  const columns = Object.entries(shapeOf(table).columns);
  const names = columns.map(([column]) => column).join();
  const places = columns.map(([, kind], n) => `$${n + 1}::${arrays[kind]}`).join();
  const values = columns.map(([, kind], n) => listed(kind, rows, n));
  await run(`INSERT INTO ${table} (${names}) SELECT * FROM unnest(${places})`, values);
}

function listed(kind: TransferKind, rows: readonly TransferRow[], n: number): unknown {
  const values = rows.map((row) => row[n] ?? null);
  return kind === 'hash' ? byteaArray(values as string[]) : values;
}

/** Whether the server refused a value (class 22), a row that violates a constraint (23), or one too large (54). */
export function isUnfit(error: unknown): boolean {
  return /^(?:22|23|54)/.test(codeOf(error));
}

/** Finds the refused row by inserting one after another, inside a transaction that is rolled back afterwards. */
export async function unfitAmong(
  run: Run,
  table: TransferTable,
  rows: readonly TransferRow[],
  refusal: unknown,
): Promise<RowUnfit> {
  for (const row of rows) {
    try {
      await insert(run, table, [row]);
    } catch (error) {
      if (!isUnfit(error)) throw error;
      return { refused: 'row_unfit', table, row: nameOf(table, row), because: reasonOf(table, row, error) };
    }
  }
  const { message } = refusal as StoreUnavailable;
  return { refused: 'row_unfit', table, row: '', because: `PostgreSQL refuses it: ${message}.` };
}

function reasonOf(table: TransferTable, row: TransferRow, error: unknown): string {
  const names = Object.keys(shapeOf(table).columns);
  const unstorable = names.filter((_, n) => isNull(row[n] ?? null));
  if (unstorable.length === 0) return `PostgreSQL refuses it: ${(error as Error).message}.`;
  return `PostgreSQL cannot keep U+0000, which is in ${unstorable.join(' and ')}.`;
}

/** Also in its JSON form. */
function isNull(value: string | number | null): boolean {
  return typeof value === 'string' && (!isStorable(value) || /(?<!\\)(?:\\\\)*\\u0000/.test(value));
}
