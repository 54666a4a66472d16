/** Reads tables of another system from whatever holds them: dumps, CSV files, SQLite files and PostgreSQL servers. */

import type { OtherDatabase } from '../../../storage/port/imports.ts';
import type { ImportFile, ProblemRecord } from '../records.ts';
import { beginningOf } from './beginning.ts';
import { readCsv } from './csv-rows.ts';
import { openOtherFile, openOtherServer } from './databases.ts';
import { readDump } from './dumps/sql-dump.ts';
import { maxLineBytes } from './lines.ts';
import { ofRow, problemOfColumns, rowOf, type Table, type TableRow } from './table-rows.ts';

/** How a plain dump of PostgreSQL begins. */
export const dumpBeginning =
  /^\ufeff?(?:\s|--[^\n]*\n)*(?:(?:set|copy|insert|create|begin|drop|alter|select)\s|\\|\/\*|--)/i;

/**
 * The rows of tables in files and databases, in the order of the files. A plain dump may hold any tables; a CSV file is the
 * table whose columns it has. A table that is in none of them is a problem, unless it is optional.
 */
export async function* readTables(
  files: readonly ImportFile[],
  tables: readonly Table[],
): AsyncGenerator<TableRow | ProblemRecord> {
  const found = new Set<Table>();
  const onTable = (table: Table) => void found.add(table);
  for (const file of files) yield* readFile(file, tables, onTable);
  const [first] = files;
  if (first === undefined) return;
  for (const table of tables)
    if (table.isOptional !== true && !found.has(table))
      yield problemWith(first, 1, 'missing_table', `The table ${table.name} is in none of the files.`);
}

async function* readFile(
  file: ImportFile,
  tables: readonly Table[],
  onTable: (table: Table) => void,
): AsyncGenerator<TableRow | ProblemRecord> {
  if (file.url !== undefined)
    return yield* readDatabase(await openOtherServer(file.url), file, tables, onTable);
  const { beginning, whole } = await beginningOf(file);
  if (beginning.startsWith('SQLite format 3\0')) {
    if (file.path !== undefined)
      return yield* readDatabase(await openOtherFile(file.path), file, tables, onTable);
    yield problemWith(
      file,
      1,
      'no_path',
      'A SQLite file is opened by its path: it cannot come from standard input.',
    );
  } else if (beginning.startsWith('PGDMP')) {
    const message =
      'The dump is in the custom format. Make a plain one: pg_dump --format=plain, or pg_restore -f.';
    yield problemWith(file, 1, 'custom_dump', message);
  } else if (dumpBeginning.test(beginning)) yield* readDump(whole, tables, onTable);
  else yield* readCsvTable(whole, tables, onTable);
}

async function* readDatabase(
  opened: OtherDatabase,
  file: ImportFile,
  tables: readonly Table[],
  onTable: (table: Table) => void,
): AsyncGenerator<TableRow | ProblemRecord> {
  await using database = opened;
  for (const table of tables) {
    const there = await tableIn(database, table);
    if (there === undefined) continue;
    const { all, tableName } = there;
    onTable(table);
    const name = `${file.name}:${tableName}`;
    const problem = problemOfColumns(table, all, { file: name, line: 1 });
    if (problem) {
      yield problem;
      continue;
    }
    const columns = all.filter((column) => table.needs.includes(column) || table.takes?.includes(column));
    let line = 0;
    for await (const fields of database.rows(tableName, table.schema, columns, maxLineBytes)) {
      const place = { file: name, line: ++line };
      if (fields !== undefined) yield rowOf(table, columns, fields, place);
      else {
        const message = `The row has more than ${maxLineBytes} bytes.`;
        yield { kind: 'problem', place, of: ofRow(table), reason: 'too_long', message };
      }
    }
  }
}

/** The name and the columns of a table, under any of its names. */
async function tableIn(
  database: OtherDatabase,
  { name, otherNames = [], schema }: Table,
): Promise<{ readonly all: readonly string[]; readonly tableName: string } | undefined> {
  for (const tableName of [name, ...otherNames]) {
    const all = await database.columnsOf(tableName, schema);
    if (all !== undefined) return { all, tableName };
  }
  return undefined;
}

async function* readCsvTable(
  file: ImportFile,
  tables: readonly Table[],
  onTable: (table: Table) => void,
): AsyncGenerator<TableRow | ProblemRecord> {
  let table: Table | undefined;
  let columns: readonly string[] = [];
  for await (const row of readCsv(file)) {
    if (row.kind === 'problem') yield { ...row, of: row.of === 'file' ? 'file' : ofRow(table) };
    else if (table !== undefined)
      yield rowOf(table, columns, row.fields, { file: file.name, line: row.line });
    else {
      columns = row.fields.map((field) => field ?? '');
      table = tableWith(tables, columns);
      const problem = table
        ? problemOfColumns(table, columns, { file: file.name, line: row.line })
        : problemWith(file, row.line, 'unknown_columns', unknownColumns(tables));
      if (problem) return yield problem;
      if (table) onTable(table);
    }
  }
}

/** The table whose columns are all there; of several, the one with the most. */
function tableWith(tables: readonly Table[], columns: readonly string[]): Table | undefined {
  return tables
    .filter(({ needs }) => needs.every((column) => columns.includes(column)))
    .reduce<Table | undefined>(
      (best, next) => (best === undefined || next.needs.length > best.needs.length ? next : best),
      undefined,
    );
}

function unknownColumns(tables: readonly Table[]): string {
  const known = tables.map(({ name, needs }) => `${name} (${needs.join(', ')})`);
  return `The first line names the columns of no table of this format. It reads ${known.join('; ')}.`;
}

function problemWith(file: ImportFile, line: number, reason: string, message: string): ProblemRecord {
  return { kind: 'problem', place: { file: file.name, line }, of: 'file', reason, message };
}
