/** The login of this node to PostgreSQL, and the checks of every connection before it is used. */

import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { StoreUnavailable, StoreUnusable } from '../../port/port.ts';
import { Client } from './client.ts';
import { codeOf, readOnly, thrown } from './errors.ts';
import { explain } from './explain-errors.ts';
import { connectMs, inTime, statementMs } from './time-limit.ts';
import { clientConfig } from './url.ts';

/** The oldest tested PostgreSQL. */
const oldestServer = 140_000;

/**
 * The longest idle time inside a transaction, in milliseconds, after a node was frozen or its network failed. That node has
 * given up the step by then, and its locks are released.
 */
const idleMs = 3_000;

/** Instants and counters are whole numbers that JavaScript can hold. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** A commit is on disk before it is acknowledged, whatever the role or the database sets; a stricter setting stays. */
const durable = (scope: 'session' | 'transaction') =>
  `set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), ${scope === 'transaction'})`;

const isReadOnly = `current_setting('transaction_read_only')::boolean AS "isReadOnly"`;

export class Login {
  readonly config: pg.ClientConfig;
  /** A pooler gives connections to other clients after every transaction: settings must not last longer. */
  readonly isPooled: boolean;
  /** Identifies the database and the run of its server; two addresses of one database have the same value. */
  place = '';
  readonly #url: string;
  readonly #setting: string;
  readonly #readOnly = new WeakSet<pg.ClientBase>();

  private constructor(url: string, setting: string, isPooled: boolean) {
    this.#url = url;
    this.#setting = setting;
    this.isPooled = isPooled;
    try {
      this.config = configOf(url, !isPooled);
    } catch (error) {
      // Files named by the address could not be read.
      throw new StoreUnusable(explain(url, error, setting), { cause: error });
    }
  }

  /**
   * Finds out how to log in to an address, by logging in once. `setting` is the name of the setting with the address.
   *
   * @throws {StoreUnusable} with a sentence about the problem and its solution.
   */
  static async at(url: string, setting = 'DATABASE_URL'): Promise<Login> {
    const direct = new Login(url, setting, false);
    return direct.explaining(async () => {
      if (await direct.#isKept()) return direct;
      const pooled = new Login(url, setting, true);
      await pooled.#greet();
      return pooled;
    });
  }

  /**
   * Runs work over new connections.
   *
   * @throws {StoreUnusable} with a sentence about the problem and its solution, if it fails.
   */
  async explaining<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreUnusable) throw error;
      throw new StoreUnusable(explain(this.#url, error, this.#setting), { cause: error });
    }
  }

  /**
   * Prepares a new connection.
   *
   * @throws {StoreUnavailable} if the server accepts no writes, so that its answers may be old.
   */
  async welcome(client: pg.ClientBase): Promise<void> {
    // A connection has no other listener while it is in use; its query rejects by itself.
    client.on('error', () => {});
    const { connection } = client as unknown as { connection: EventEmitter };
    connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (!/^(?:in_hot_standby|default_transaction_read_only)$/.test(parameterName)) return;
      if (parameterValue === 'on') this.#readOnly.add(client);
    });
    await this.#look(client, this.isPooled ? '' : `SELECT ${durable('session')}, ${isReadOnly}`);
  }

  /** Whether the server reported that it no longer accepts writes: then its answers may be old. */
  isReadOnly(client: pg.ClientBase): boolean {
    return this.#readOnly.has(client);
  }

  /** Begins a transaction with a time limit for each statement, in milliseconds. */
  async begin(client: pg.ClientBase, ms: number): Promise<void> {
    const limit = ms === statementMs && !this.isPooled ? '' : `; SET LOCAL statement_timeout = ${ms}`;
    const begin = `BEGIN ISOLATION LEVEL READ COMMITTED${limit}`;
    if (!this.isPooled) return void (await client.query(begin).catch(thrown));
    const patience = `SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`;
    await this.#look(client, `${begin}; ${patience}; SELECT ${durable('transaction')}, ${isReadOnly}`);
  }

  /** Runs a query whose last part asks whether the server accepts writes. */
  async #look(client: pg.ClientBase, text: string): Promise<void> {
    if (text === '') return;
    const answer = await client.query(text).catch(thrown);
    const last = [answer].flat().at(-1) as pg.QueryResult<{ isReadOnly: boolean }>;
    if (last.rows[0]?.isReadOnly) throw new StoreUnavailable(readOnly);
  }

  /** Whether settings at the start of a connection are kept; poolers refuse or drop them. */
  async #isKept(): Promise<boolean> {
    try {
      return (await this.#greet()) === `${statementMs}ms`;
    } catch (error) {
      if (codeOf(error) === '08P01' && /startup parameter/.test((error as Error).message)) return false;
      throw error;
    }
  }

  /** Logs in once; returns the time limit of a statement. */
  async #greet(): Promise<string> {
    const client = new Client(this.config);
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await inTime(
        connectMs,
        client.query<{ limit: string; version: number; place: string }>(
          `SELECT current_setting('statement_timeout') AS "limit", current_setting('server_version_num')::int AS version,
             current_database() || extract(epoch FROM pg_postmaster_start_time()) AS place`,
        ),
      );
      const { limit = '', version = 0, place = '' } = rows[0] ?? {};
      this.place = place;
      if (version >= oldestServer) return limit;
      throw new StoreUnusable('This PostgreSQL is too old: Gatehouse needs 14 or newer. Update the server.');
    } finally {
      client.end();
    }
  }
}

function configOf(url: string, isDirect: boolean): pg.ClientConfig {
  const config = {
    ...clientConfig(url),
    connectionTimeoutMillis: connectMs,
    query_timeout: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    types,
  };
  if (!isDirect) return config;
  return { ...config, statement_timeout: statementMs, idle_in_transaction_session_timeout: idleMs };
}
