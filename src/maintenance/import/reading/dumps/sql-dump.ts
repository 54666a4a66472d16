/** Reads the rows of tables from a plain dump of PostgreSQL, with bounded memory. */

import type { ImportFile, ProblemRecord } from '../../records.ts';
import { type Line, readLines } from '../lines.ts';
import { ofRow, rowOf, type Table, type TableRow } from '../table-rows.ts';
import { copyFields } from './copy-fields.ts';
import { SqlStatements } from './sql-statements.ts';
import { SqlLexer } from './sql-tokens.ts';

/**
 * The rows of some tables in a plain `pg_dump`, in the order of the file: those of COPY blocks and those of INSERT
 * statements with values, whose columns may be named there or in a CREATE TABLE before. Everything else is passed over. What
 * cannot be read is a problem, and the next row is read. `onTable` is called for each table that the dump has.
 */
export async function* readDump(
  file: ImportFile,
  tables: readonly Table[],
  onTable: (table: Table) => void = () => {},
): AsyncGenerator<TableRow | ProblemRecord> {
  const reader = new DumpReader(file.name, tables, onTable);
  for await (const line of readLines(file, 'account', true)) {
    if (line.kind === 'problem' && line.of === 'file') return yield line;
    if (line.kind === 'problem') yield* reader.broken(line);
    else yield* reader.take(line);
  }
  yield* reader.end();
}

class DumpReader {
  readonly #file: string;
  readonly #lexer = new SqlLexer();
  readonly #statements: SqlStatements;
  #line = 0;

  constructor(file: string, tables: readonly Table[], onTable: (table: Table) => void) {
    this.#file = file;
    this.#statements = new SqlStatements(file, tables, onTable);
  }

  *take(line: Line): Generator<TableRow | ProblemRecord> {
    this.#line = line.number;
    const { copy } = this.#statements;
    if (copy !== undefined) {
      if (line.text === '\\.') this.#statements.copy = undefined;
      else if (copy.table !== undefined) yield this.#copied(copy.table, copy.columns, line);
      return;
    }
    // A command of psql, such as \connect or \restrict.
    if (line.text.startsWith('\\') && this.#lexer.openSince === undefined) return;
    for (const token of this.#lexer.tokens(line)) {
      yield* this.#statements.take(token, line.number);
      // The rows of a COPY begin on the next line.
      if (this.#statements.copy !== undefined) return;
    }
  }

  /** A line that cannot be read is a row of a COPY, or a part of a statement. */
  *broken(problem: ProblemRecord): Generator<ProblemRecord> {
    this.#line = problem.place.line;
    const { copy } = this.#statements;
    if (copy !== undefined) {
      if (copy.table !== undefined) yield { ...problem, of: ofRow(copy.table) };
    } else if (!this.#statements.fail(problem)) yield problem;
  }

  *end(): Generator<ProblemRecord> {
    const open = this.#lexer.openSince;
    if (open !== undefined) yield this.#cutOff(open, 'A string, name or comment is never closed');
    else if (this.#statements.copy !== undefined) yield this.#cutOff(this.#line, 'A COPY block has no end');
    else if (!this.#statements.isIdle) yield this.#cutOff(this.#line, 'The last statement has no end');
  }

  #copied(table: Table, columns: readonly string[], line: Line): TableRow | ProblemRecord {
    const place = { file: this.#file, line: line.number };
    if (!line.isTerminated) return this.#cutOff(line.number, 'The last row is cut off');
    const fields = line.isBroken ? undefined : copyFields(line.text);
    if (fields !== undefined) return rowOf(table, columns, fields, place);
    const message = 'The row is not valid UTF-8.';
    return { kind: 'problem', place, of: ofRow(table), reason: 'broken_utf8', message };
  }

  #cutOff(line: number, what: string): ProblemRecord {
    const place = { file: this.#file, line };
    const message = `${what}: the file is cut off, or broken from here on.`;
    return { kind: 'problem', place, of: 'file', reason: 'truncated', message };
  }
}
