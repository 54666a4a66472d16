/** Rows of the tables of another system, whatever file or database they come from. */

import type { Place, ProblemRecord } from '../records.ts';

/** A row of a table. */
export interface TableRow {
  readonly kind: 'row';
  /** The name of the table as the format has it. */
  readonly table: string;
  readonly place: Place;
  /** The values by column, as text; `null` is NULL. A column that the table does not have is missing. */
  readonly values: ReadonlyMap<string, string | null>;
}

/** A table that a format reads. */
export interface Table {
  readonly name: string;
  /** Other names of it, such as its plural. */
  readonly otherNames?: readonly string[] | undefined;
  /** Its schema, where others have tables of the same name. */
  readonly schema?: string | undefined;
  /** Columns that every version of the table has. A CSV file with them all is the table. */
  readonly needs: readonly string[];
  /** Columns that are read where they are there. */
  readonly takes?: readonly string[] | undefined;
  /** Whether its rows are sessions, for the problems. */
  readonly isOfSessions?: boolean | undefined;
  /** The table may be missing. */
  readonly isOptional?: boolean | undefined;
}

/** The table of a name, which may be qualified. */
export function tableOf(
  tables: readonly Table[],
  name: string,
  schema: string | undefined,
): Table | undefined {
  return tables.find(
    (table) =>
      (table.name === name || table.otherNames?.includes(name) === true) &&
      (table.schema === undefined || schema === undefined || table.schema === schema),
  );
}

/** The value of the first column of some spellings that the row has. */
export function pick({ values }: TableRow, ...columns: readonly string[]): string | null | undefined {
  const column = columns.find((name) => values.has(name));
  return column === undefined ? undefined : values.get(column);
}

/** What a row is, for a problem with it. */
export function ofRow(table: Table | undefined): 'account' | 'session' {
  return table?.isOfSessions === true ? 'session' : 'account';
}

/** Why the columns of a table cannot be read, at the place where they are named; nothing if they can. */
export function problemOfColumns(
  table: Table,
  columns: readonly string[],
  place: Place,
): ProblemRecord | undefined {
  const problem = (reason: string, message: string): ProblemRecord => {
    return { kind: 'problem', place, of: 'file', reason, message };
  };
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined)
    return problem('duplicate_columns', `The table ${table.name} has the column ${shown(twice)} twice.`);
  const missing = table.needs.filter((column) => !columns.includes(column));
  if (missing.length === 0) return undefined;
  return problem('missing_columns', `The table ${table.name} has no column ${missing.join(', ')}.`);
}

/** A row of fields in the order of the columns; a problem if they are not as many. */
export function rowOf(
  table: Table,
  columns: readonly string[],
  fields: readonly (string | null | undefined)[],
  place: Place,
): TableRow | ProblemRecord {
  if (fields.length !== columns.length) {
    const message = `The row has ${fields.length} fields; the table has ${columns.length} columns.`;
    return { kind: 'problem', place, of: ofRow(table), reason: 'wrong_columns', message };
  }
  const values = new Map<string, string | null>();
  for (const [index, column] of columns.entries()) {
    const field = fields[index];
    if (field !== undefined && isRead(table, column)) values.set(column, field);
  }
  return { kind: 'row', table: table.name, place, values };
}

/** Only what is read is kept: other columns may hold secrets, and need memory. */
function isRead(table: Table, column: string): boolean {
  return table.needs.includes(column) || table.takes?.includes(column) === true;
}

/** A name from a file, as it may be in a message. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
