/** A throw-away PostgreSQL for a bench, on the second core, with databases of any size. */

import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { prepareTables } from '../src/storage/postgres/connection/migrations.ts';
import { Login } from '../src/storage/postgres/connection/session-setup.ts';
import { openFresh } from '../test/support/postgres/fresh.ts';
import type { PostgresServer } from '../test/support/postgres/server.ts';
import { makeTemplate } from '../test/support/postgres/template.ts';
import { onCore } from './cores.ts';
import { type Crowd, idLength, inSteps, instants } from './crowd.ts';

/** Starts the server of the tests, which puts everything it commits on the disk; `clearHome` removes it. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const server = await openFresh({ template: await makeTemplate(), settings, atEnd: () => {} });
  const [command = '', , core = ''] = onCore(1);
  // What the server starts from now on stays on its core.
  if (command) spawnSync(command, ['-a', '-cp', core, String(server.pid)], { stdio: 'ignore' });
  return server;
}

/** An empty database with Gatehouse's tables; resolves to its address. */
export async function newDatabase(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await prepareTables(await Login.at(url));
  return url;
}

const idHash = `sha256(lpad(n::text, ${idLength}, '0')::bytea)`;

/** Writes a crowd, row by row in the order of a life: the indexes are as full as they would be. */
export async function fill(
  url: string,
  { sessions, accounts }: Crowd,
  tell?: (done: number) => void,
): Promise<void> {
  const userId = (n: string) => `md5('user ' || ${n})::uuid::text`;
  const ofSession = userId(`n % ${accounts}`);
  const { createdAt, lastSeenAt, idleExpiresAt, expiresAt } = instants();
  const numbers = 'FROM generate_series($1::int, $2) AS n';
  const ofAccounts = [
    `INSERT INTO users (id, created_at) SELECT ${userId('n')}, ${createdAt} ${numbers}`,
    // A hash of the usual length, which opens nothing.
    `INSERT INTO auth (user_id, canonical, identifier, password_hash)
     SELECT ${userId('n')}, 'user' || n, 'user' || n, '$pbkdf2-sha512$i=220000$' || rpad(md5(n::text), 110, 'x') ${numbers}`,
  ];
  const ofSessions = [
    `INSERT INTO sessions (user_id, id_hash, handle, contract, created_at, last_seen_at, idle_expires_at, expires_at,
                           proven_at, network, device)
     SELECT ${ofSession}, ${idHash}, substr(md5('handle ' || n), 1, 16), 'rest', ${createdAt}, ${lastSeenAt},
       ${idleExpiresAt}, ${expiresAt}, ${createdAt}, '192.0.2.' || n % 256, 'Firefox on Linux' ${numbers}`,
  ];
  await connected(url, async (client) => {
    const write = (statements: readonly string[]) => async (first: number, last: number) => {
      for (const sql of statements) await client.query(sql, [first, last]);
    };
    // Without a look at the user for each session; they are there.
    await client.query('SET session_replication_role = replica');
    await inSteps(accounts, write(ofAccounts));
    await inSteps(sessions, write(ofSessions), tell);
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
  });
}

/** Reads what session checks need into the memory of the server, as far as it fits; resolves to how many bytes that is. */
export async function warm(url: string): Promise<number> {
  const needed = '{sessions, sessions_pkey, users, users_pkey, auth, auth_user_id_key}';
  return connected(url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_prewarm');
    const { rows } = await client.query(
      `SELECT sum(pg_prewarm(part)) * current_setting('block_size')::int AS bytes FROM unnest($1::regclass[]) AS part`,
      [needed],
    );
    return Number(rows[0].bytes);
  });
}

/** What the rows of the tables that were filled take up, with their indexes. */
export async function bytesPerRow(url: string): Promise<Record<string, { table: number; indexes: number }>> {
  return connected(url, async (client) => {
    const perRow = (size: string) => `round(${size}(oid) / greatest(reltuples, 1))::int`;
    const { rows } = await client.query<{ name: string; table: number; indexes: number }>(
      `SELECT relname AS name, ${perRow('pg_table_size')} AS table, ${perRow('pg_indexes_size')} AS indexes
       FROM pg_class WHERE oid = ANY ('{users, auth, sessions}'::regclass[]) ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ name, ...bytes }) => [`bytes per row of ${name}`, bytes]));
  });
}

/** What a database takes up on the disk, in bytes. */
export async function databaseBytes(url: string): Promise<number> {
  return connected(url, async (client) => {
    const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
    return Number(rows[0].bytes);
  });
}

async function connected<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
