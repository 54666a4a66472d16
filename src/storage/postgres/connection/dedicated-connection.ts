/** A dedicated connection for work without a time limit, while no server uses the database. */

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Client } from './client.ts';
import { codeOf, thrown, unavailable } from './errors.ts';
import { assertKnown, prepareTables } from './migrations.ts';
import { Login } from './session-setup.ts';
import type { Answer, Run } from './transaction.ts';
import { targetOf } from './url.ts';

/** The time for a closing connection to end, in milliseconds. */
const timeoutMs = 2_000;

/** The longest wait for a table that another process has locked, in milliseconds. */
const lockMs = 5_000;

/** Removes limits of the role or the database, and detects a lost network within a minute. */
const limits: Readonly<Record<string, string>> = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  lock_timeout: `${lockMs}`,
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  client_connection_check_interval: '5000',
};

/** A dedicated connection, and its address. */
export interface DedicatedConnection {
  readonly client: pg.Client;
  readonly run: Run;
  /** The address without a password. */
  readonly name: string;
}

/**
 * Connects to a database and migrates its tables, even if servers may not use it. `setting` is the name of the setting with
 * the address.
 *
 * @throws {StoreUnusable} if it cannot be used.
 */
export async function connectDedicated(
  url: string,
  setting: string,
): Promise<DedicatedConnection | 'pooled'> {
  const login = await Login.at(url, setting);
  if (login.isPooled) return 'pooled';
  return login.explaining(async () => {
    await prepareTables(login, undefined, assertKnown);
    const client = new Client({
      ...login.config,
      application_name: 'gatehouse migrate',
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 0,
    });
    await client.connect();
    try {
      await login.welcome(client);
      // Older versions lack some of them.
      await client.query(
        `SELECT set_config(name, $1::jsonb ->> name, false) FROM pg_settings
         WHERE name = ANY (SELECT jsonb_object_keys($1::jsonb))`,
        [JSON.stringify(limits)],
      );
    } catch (error) {
      client.end();
      throw error;
    }
    return { client, run: runOn(client, login), name: nameOf(url) };
  });
}

/** Whether servers or commands are connected to the database; waits for those that are closing. */
export async function isShared({ run }: DedicatedConnection): Promise<boolean> {
  for (const giveUpAt = performance.now() + timeoutMs; ; await sleep(100)) {
    // A transaction would see its first snapshot again and again.
    await run('SELECT pg_stat_clear_snapshot()');
    const { rows } = await run(
      `SELECT 1 FROM pg_stat_activity
       WHERE datname = current_database() AND application_name ~ '^gatehouse( \\(|$)' AND pid <> pg_backend_pid() LIMIT 1`,
    );
    if (rows.length === 0) return false;
    if (performance.now() > giveUpAt) return true;
  }
}

/** Runs work in a transaction. */
export async function inTransaction<Result>(
  { run }: DedicatedConnection,
  work: () => Promise<Result>,
): Promise<Result> {
  await run('BEGIN');
  try {
    const result = await work();
    await run('COMMIT');
    return result;
  } catch (error) {
    await run('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Whether a lock was not granted in time, because another process has it. */
export function isLocked(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** A missing permission does not pass by itself: the error tells the operator what the role lacks. */
function runOn(client: pg.Client, login: Login): Run {
  return async <Row>(text: string, values?: readonly unknown[]): Promise<Answer<Row>> => {
    const asked = client.query(text, values as unknown[] | undefined).catch(thrown);
    const { rows, rowCount } = await asked.catch((error) => {
      if (codeOf(error) !== '42501') throw error;
      return login.explaining(() => asked);
    });
    return { rows: rows as Row[], count: rowCount ?? 0 };
  };
}

/** As `run`, with the values of each row in the order of the columns. */
export async function rowsOf(client: pg.Client, text: string): Promise<(string | number | null)[][]> {
  try {
    const { rows } = await client.query({ text, rowMode: 'array' });
    return rows;
  } catch (error) {
    throw unavailable(error);
  }
}

function nameOf(url: string): string {
  const { host, port, user, database } = targetOf(url);
  const place = host.startsWith('/') ? encodeURIComponent(host) : host;
  return `postgres://${user === '' ? '' : `${user}@`}${place}:${port}/${database}`;
}
