/** Reads tables of a SQLite file of another program, without changing anything in it. */

import { DatabaseSync } from 'node:sqlite';
import { sentencesOf, systemCodeOf } from '../../../disk-errors.ts';
import type { OtherDatabase } from '../../port/imports.ts';
import { StoreUnusable } from '../../port/port.ts';

/** The longest wait for a lock of the other program, in milliseconds. */
const lockMs = 5_000;

/**
 * Opens a file read-only, in one snapshot: what the other program writes meanwhile is not seen.
 *
 * @throws {StoreUnusable} if it cannot be opened, or is no database.
 */
export function openOtherFile(file: string): OtherDatabase {
  try {
    return new OtherFile(file);
  } catch (error) {
    throw unusable(file, error);
  }
}

class OtherFile implements OtherDatabase {
  readonly #db: DatabaseSync;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.#db = new DatabaseSync(file, { readOnly: true, timeout: lockMs, readBigInts: true });
    try {
      // What a schema of the other program computes is not run.
      this.#db.exec('PRAGMA trusted_schema = OFF; BEGIN');
      this.#db.prepare('SELECT count(*) FROM sqlite_schema').get();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  async columnsOf(table: string): Promise<readonly string[] | undefined> {
    const isTable = this.#db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
    if (isTable.get(table) === undefined) return undefined;
    const columns = this.#db.prepare('SELECT name FROM pragma_table_info(?)').all(table);
    return columns.map(({ name }) => String(name));
  }

  async *rows(
    table: string,
    _schema: string | undefined,
    columns: readonly string[],
    maxBytes: number,
  ): AsyncGenerator<readonly (string | null)[] | undefined> {
    const size = columns.map((column) => `coalesce(octet_length(${quoted(column)}), 0)`).join(' + ');
    // What is too long is never in memory.
    const select = columns.map((column) => `CASE WHEN ${size} <= ${maxBytes} THEN ${quoted(column)} END`);
    const statement = this.#db.prepare(`SELECT ${size}, ${select.join(', ')} FROM ${quoted(table)}`);
    statement.setReturnArrays(true);
    try {
      for (const row of statement.iterate()) {
        const [bytes, ...values] = row as unknown as [bigint, ...unknown[]];
        yield bytes > maxBytes ? undefined : values.map(textOf);
      }
    } catch (error) {
      throw unusable(this.#file, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db.close();
  }
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Errors of the engine and of the file system; any other is a defect and stays as it is. */
function unusable(file: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  const isEngine = (error as { code?: string })?.code === 'ERR_SQLITE_ERROR';
  if (code === undefined && !isEngine) return error;
  const said =
    (code && sentencesOf(code, 'copy the file to another place')) ?? `${(error as Error).message}.`;
  return new StoreUnusable(`Cannot read the database ${file}: ${said}`, { cause: error });
}
