/** Reads tables of a PostgreSQL database of another program, without changing anything in it. */

import type pg from 'pg';
import type { OtherDatabase } from '../../port/imports.ts';
import { Client } from '../connection/client.ts';
import { Login } from '../connection/session-setup.ts';

/** Rows that are fetched at once. */
const pageRows = 500;

/**
 * Connects to a database, in one snapshot that is only read: what the other program writes meanwhile is not seen.
 *
 * @throws {StoreUnusable} with a sentence about the problem and its solution, which holds for every read as well.
 */
export async function openOtherServer(url: string): Promise<OtherDatabase> {
  const login = await Login.at(url, 'the address to import from');
  const client = new Client(login.config);
  client.on('error', () => {});
  return login.explaining(async () => {
    await client.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Instants as text in UTC, and no limit that would end a long read.
      await client.query(`SET LOCAL TimeZone = 'UTC'`);
      await client.query(`SET LOCAL DateStyle = 'ISO'`);
      await client.query('SET LOCAL statement_timeout = 0');
      return new OtherServer(client, login);
    } catch (error) {
      await client.end();
      throw error;
    }
  });
}

class OtherServer implements OtherDatabase {
  readonly #client: pg.Client;
  readonly #login: Login;

  constructor(client: pg.Client, login: Login) {
    this.#client = client;
    this.#login = login;
  }

  async columnsOf(table: string, schema?: string): Promise<readonly string[] | undefined> {
    const rows = await this.#all<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [qualified(table, schema)],
    );
    return rows.length === 0 ? undefined : rows.map(({ name }) => name);
  }

  async *rows(
    table: string,
    schema: string | undefined,
    columns: readonly string[],
    maxBytes: number,
  ): AsyncGenerator<readonly (string | null)[] | undefined> {
    const texts = columns.map((column) => `${quoted(column)}::text`);
    const size = texts.map((text) => `coalesce(octet_length(${text}), 0)`).join(' + ');
    const select = texts.map((text, n) => `CASE WHEN ${size} <= ${maxBytes} THEN ${text} END AS c${n}`);
    await this.#all(
      `DECLARE import_rows NO SCROLL CURSOR FOR SELECT ${size} > ${maxBytes} AS is_long, ${select.join(', ')}
       FROM ${qualified(table, schema)}`,
    );
    for (;;) {
      const page = await this.#all<Record<string, string | null> & { is_long: boolean }>(
        `FETCH ${pageRows} FROM import_rows`,
      );
      for (const row of page) yield row.is_long ? undefined : columns.map((_, n) => row[`c${n}`] ?? null);
      if (page.length < pageRows) break;
    }
    await this.#all('CLOSE import_rows');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }

  #all<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.#login.explaining(async () => (await this.#client.query<Row>(sql, values)).rows);
  }
}

function qualified(table: string, schema: string | undefined): string {
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
