/** A PostgreSQL server as its clients see it. */

import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

export interface Postgres {
  readonly port: number;
  /** The address of a database, `postgres` by default, for the superuser. */
  url(database?: string): string;
  /** A new, empty database of a random name, or a copy of another one that is not in use; resolves to its address. */
  createDatabase(original?: string): Promise<string>;
  /** Runs a statement as the superuser, on a connection of its own, and returns its rows. */
  query<Row extends QueryResultRow>(sql: string, values?: unknown[], database?: string): Promise<Row[]>;
}

/** A server by its port, which may change, and the password of its superuser. */
export function postgresAt(portNow: () => number, password: string): Postgres {
  const postgres: Postgres = {
    get port() {
      return portNow();
    },
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${portNow()}/${database}`,
    async createDatabase(original) {
      const name = `test_${randomBytes(8).toString('hex')}`;
      const source = original === undefined ? 'template0' : `${original} STRATEGY file_copy`;
      await postgres.query(`CREATE DATABASE ${name} TEMPLATE ${source}`);
      return postgres.url(name);
    },
    async query<Row extends QueryResultRow>(sql: string, values: unknown[] = [], database?: string) {
      const client = new Client({ connectionString: postgres.url(database) });
      // A broken connection is reported by the statement that waits on it.
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
  };
  return postgres;
}
