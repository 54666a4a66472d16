/** Finds the rows of tables in the statements of a PostgreSQL dump, token by token. */

import type { ProblemRecord } from '../../records.ts';
import { maxLineBytes } from '../lines.ts';
import { ofRow, problemOfColumns, rowOf, shown, type Table, type TableRow, tableOf } from '../table-rows.ts';
import { isMark, isName, isWord, literalOf, type SqlToken } from './sql-tokens.ts';

/** As many columns as a table of PostgreSQL can have. */
const maxColumns = 1_600;

/** How the definition of what is no column begins. */
const constraints = ['constraint', 'primary', 'unique', 'check', 'foreign', 'exclude', 'like'];

/** A COPY block: its rows follow, a line each. Without a table they are passed over. */
interface Copy {
  readonly table: Table | undefined;
  readonly columns: readonly string[];
}

type Parsing<Result> = Generator<undefined, Result, SqlToken>;

/** Takes the tokens of statements one by one, and gives the rows that they complete. */
export class SqlStatements {
  /** The block whose rows are read; the reader ends it. */
  copy: Copy | undefined;
  readonly #file: string;
  readonly #tables: readonly Table[];
  readonly #onTable: (table: Table) => void;
  readonly #schemas = new Map<Table, string | undefined>();
  /** The columns of tables that the dump creates. */
  readonly #created = new Map<Table, readonly string[]>();
  readonly #refused = new Set<Table>();
  readonly #parsing: Parsing<void>;
  #found: (TableRow | ProblemRecord)[] = [];
  #line = 0;
  #isIdle = true;
  /** Why the row that is being read cannot be. */
  #broken: ProblemRecord | undefined;

  constructor(file: string, tables: readonly Table[], onTable: (table: Table) => void) {
    this.#onTable = onTable;
    this.#file = file;
    this.#tables = tables;
    this.#parsing = this.#statements();
    this.#parsing.next();
  }

  /** No statement is open. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  take(token: SqlToken, line: number): readonly (TableRow | ProblemRecord)[] {
    this.#line = line;
    this.#parsing.next(token);
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }

  /** A line of the open statement cannot be read; false if none is open. */
  fail(problem: ProblemRecord): boolean {
    if (!this.#isIdle) this.#broken ??= problem;
    return !this.#isIdle;
  }

  *#statements(): Parsing<void> {
    for (;;) {
      this.#isIdle = true;
      this.#broken = undefined;
      const first = yield;
      this.#isIdle = false;
      const last =
        first.kind !== 'word'
          ? first
          : first.text === 'insert'
            ? yield* this.#insert()
            : first.text === 'copy'
              ? yield* this.#copyHead()
              : first.text === 'create'
                ? yield* this.#create()
                : first;
      yield* skipTo(last, ';');
    }
  }

  /** `INSERT INTO name [(columns)] [OVERRIDING …] VALUES (…), (…)`. */
  *#insert(): Parsing<SqlToken> {
    const into = yield;
    if (!isWord(into, 'into')) return into;
    const { table, next } = yield* this.#tableName();
    let token = next;
    let columns: readonly string[] | undefined;
    if (isMark(token, '(')) {
      columns = yield* this.#columnNames();
      token = yield;
    }
    while (token.kind === 'word' && !isWord(token, 'values') && !isWord(token, 'select')) token = yield;
    if (!isWord(token, 'values')) return token;
    const known = table && this.#usable(table, columns ?? this.#created.get(table) ?? []);
    do {
      token = yield;
      if (!isMark(token, '(')) return token;
      const line = this.#line;
      const fields = yield* this.#row(known !== undefined);
      if (table && known) this.#add(table, known, fields, line);
      this.#broken = undefined;
      token = yield;
    } while (isMark(token, ','));
    return token;
  }

  /** `COPY name [(columns)] FROM stdin [WITH …]`. */
  *#copyHead(): Parsing<SqlToken> {
    const { table, next } = yield* this.#tableName();
    let token = next;
    let columns: readonly string[] | undefined;
    if (isMark(token, '(')) {
      columns = yield* this.#columnNames();
      token = yield;
    }
    if (!isWord(token, 'from')) return token;
    token = yield;
    if (!isWord(token, 'stdin')) return token;
    token = yield* skipTo(yield, ';');
    const known = table && this.#usable(table, columns ?? this.#created.get(table) ?? []);
    this.copy = known ? { table, columns: known } : { table: undefined, columns: [] };
    return token;
  }

  /** `CREATE TABLE name (column type …, CONSTRAINT …)`. */
  *#create(): Parsing<SqlToken> {
    let token = yield;
    while (
      token.kind === 'word' &&
      ['unlogged', 'foreign', 'global', 'local', 'temporary', 'temp'].includes(token.text)
    )
      token = yield;
    if (!isWord(token, 'table')) return token;
    const { table, next } = yield* this.#tableName(['if', 'not', 'exists']);
    if (!isMark(next, '(') || table === undefined) return next;
    const columns: string[] = [];
    let depth = 1;
    let isFirst = true;
    while (depth > 0) {
      token = yield;
      if (isMark(token, ';')) return token;
      if (isFirst && isName(token) && columns.length < maxColumns)
        if (token.kind === 'name' || !constraints.includes(token.text)) columns.push(token.text);
      isFirst = depth === 1 && isMark(token, ',');
      if (isMark(token, '(')) depth += 1;
      if (isMark(token, ')')) depth -= 1;
    }
    if (!this.#created.has(table)) this.#created.set(table, columns);
    return yield;
  }

  /** A name, perhaps with its schema, and the token after it. */
  *#tableName(before: readonly string[] = ['only']): Parsing<{ table: Table | undefined; next: SqlToken }> {
    let token = yield;
    while (token.kind === 'word' && before.includes(token.text)) token = yield;
    let schema: string | undefined;
    let name = token.text;
    let next = yield;
    while (isMark(next, '.')) {
      schema = name;
      name = (yield).text;
      next = yield;
    }
    if (!isName(token)) return { table: undefined, next };
    return { table: this.#inOneSchema(tableOf(this.#tables, name, schema), schema), next };
  }

  /** Tables of one name in several schemas are two tables: only the first is read. */
  #inOneSchema(table: Table | undefined, schema: string | undefined): Table | undefined {
    if (table === undefined) return undefined;
    this.#onTable(table);
    if (!this.#schemas.has(table)) this.#schemas.set(table, schema);
    const first = this.#schemas.get(table);
    if (first === schema || first === undefined || schema === undefined) return table;
    if (!this.#refused.has(table)) {
      this.#refused.add(table);
      const names = `${shown(`${first}.${table.name}`)} and ${shown(`${schema}.${table.name}`)}`;
      this.#problem('two_tables', `The dump has the tables ${names}: only the first is read.`);
    }
    return undefined;
  }

  *#columnNames(): Parsing<string[]> {
    const names: string[] = [];
    for (let token = yield; !isMark(token, ')') && !isMark(token, ';'); token = yield)
      if (isName(token) && names.length < maxColumns) names.push(token.text);
    return names;
  }

  /** The columns of a table if it can be read; the reason is told once. */
  #usable(table: Table, columns: readonly string[]): readonly string[] | undefined {
    const place = { file: this.#file, line: this.#line };
    const problem = problemOfColumns(table, columns, place);
    if (problem === undefined) return columns;
    if (!this.#refused.has(table)) this.#found.push(problem);
    this.#refused.add(table);
    return undefined;
  }

  /** The values of a row up to its closing bracket; what is no plain value is `undefined`. */
  *#row(isKept: boolean): Parsing<(string | null | undefined)[]> {
    const fields: (string | null | undefined)[] = [];
    let depth = 1;
    let size = 0;
    let value: SqlToken[] = [];
    for (;;) {
      const token = yield;
      if (depth === 1 && (isMark(token, ',') || isMark(token, ')'))) {
        if (isKept && fields.length < maxColumns) fields.push(literalOf(value));
        value = [];
        if (isMark(token, ')')) return fields;
        continue;
      }
      if (isMark(token, '(')) depth += 1;
      if (isMark(token, ')')) depth -= 1;
      size += token.text.length;
      if (token.isBroken) this.#broken ??= this.#problemOf('broken_utf8', 'The row is not valid UTF-8.');
      if (token.isCut || size > maxLineBytes)
        this.#broken ??= this.#problemOf('too_long', `The row has more than ${maxLineBytes} characters.`);
      if (isKept && this.#broken === undefined && value.length < 3) value.push(token);
    }
  }

  #add(table: Table, columns: readonly string[], fields: (string | null | undefined)[], line: number): void {
    const place = { file: this.#file, line };
    if (this.#broken) this.#found.push({ ...this.#broken, place, of: ofRow(table) });
    else this.#found.push(rowOf(table, columns, fields, place));
  }

  #problem(reason: string, message: string): void {
    this.#found.push(this.#problemOf(reason, message));
  }

  #problemOf(reason: string, message: string): ProblemRecord {
    const place = { file: this.#file, line: this.#line };
    return { kind: 'problem', place, of: 'file', reason, message };
  }
}

function* skipTo(first: SqlToken, mark: string): Parsing<SqlToken> {
  let token = first;
  while (!isMark(token, mark)) token = yield;
  return token;
}
