/** PostgreSQL databases that tests use one after another: what the last test wrote is taken out, which is quicker than to make a new one. */

import { migratedDatabase } from '../postgres.ts';
import { clientAt, drop } from './postgres.ts';

/** A database as a store makes it at its first start. */
interface Original {
  readonly shape: string;
  /** The rows of each table, as JSON. */
  readonly rows: ReadonlyMap<string, string>;
  /** The last number of each sequence that was used. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Databases that no test uses at the moment. */
const unused: string[] = [];
let original: Promise<Original> | undefined;

/** A database with the tables of a store, as at its first start. Nothing else uses it until it is given back. */
export async function takeDatabase(): Promise<string> {
  const used = unused.pop();
  if (used !== undefined) return used;
  const url = await migratedDatabase();
  original ??= readOriginal(url);
  await original;
  return url;
}

/** Makes a database again what it was; one that a test altered, or that has grown, is dropped. */
export async function giveBack(url: string): Promise<void> {
  const [client, first] = [await clientAt(url), await original];
  // What is left of a process that was killed may still be about to commit.
  await client.query(
    'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const { rows } = await client.query(current);
  if (first === undefined || rows[0].shape !== first.shape || rows[0].size > maxBytes) return drop(url);
  const tables = [...first.rows];
  await client.query(
    [
      // Without triggers, which would write down what is taken out.
      'SET session_replication_role = replica',
      ...tables.map(([table]) => `DELETE FROM ${table}`),
      ...tables
        .filter(([, json]) => json !== '[]')
        .map(
          ([table, json]) =>
            `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, ${client.escapeLiteral(json)})`,
        ),
      `SELECT setval(sequencename::regclass, start_value, false) FROM pg_sequences WHERE schemaname = 'public'`,
      ...[...first.numbers].map(([sequence, number]) => `SELECT setval('${sequence}', ${number})`),
      'RESET session_replication_role',
    ].join(';'),
  );
  unused.push(url);
}

/** Rows that are deleted still take their place, which is read by each look at a table. */
const maxBytes = 2_000_000;

/** What a test may have altered, beside rows: names, columns, constraints, triggers, statistics and settings. */
const current = `SELECT md5(string_agg(part, ',' ORDER BY part)) AS shape,
    (SELECT sum(pg_relation_size(oid)) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i'))::float8 AS size
  FROM (
    SELECT concat_ws(' ', relname, relkind, reltuples, reloptions) AS part FROM pg_class
      WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
      WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, convalidated) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
    UNION ALL SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting
      WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) AS parts`;

async function readOriginal(url: string): Promise<Original> {
  const client = await clientAt(url);
  const { rows: shapes } = await client.query(current);
  const { rows: tables } = await client.query(
    `SELECT quote_ident(relname) AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  const rows = new Map<string, string>();
  for (const { name } of tables) {
    const { rows: found } = await client.query(
      `SELECT coalesce(json_agg(t), '[]')::text AS json FROM ${name} AS t`,
    );
    rows.set(name, found[0].json);
  }
  const { rows: used } = await client.query(
    `SELECT quote_ident(sequencename) AS name, last_value::float8 AS number FROM pg_sequences
     WHERE schemaname = 'public' AND last_value IS NOT NULL`,
  );
  const numbers = new Map(used.map(({ name, number }) => [String(name), Number(number)]));
  return { shape: shapes[0].shape, rows, numbers };
}
