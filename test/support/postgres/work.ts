/** Connections of the store alone, without a store around them, and the tables some tests work on. */

import { onTestFinished } from 'vitest';
import { chance } from '../../../src/crypto/ids.ts';
import { CircuitBreaker } from '../../../src/storage/postgres/connection/circuit-breaker.ts';
import { Connections } from '../../../src/storage/postgres/connection/connections.ts';
import { Login } from '../../../src/storage/postgres/connection/session-setup.ts';
import type { Database, Run } from '../../../src/storage/postgres/connection/transaction.ts';
import { sharedPostgres } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from './messages.ts';
import { type AtEnd, queryAt } from './store-fixture.ts';

export interface Work {
  /** The address of the database itself. */
  readonly url: string;
  readonly proxy: PostgresProxy;
  readonly connections: Connections;
  readonly breaker: CircuitBreaker;
}

/** Connections through a proxy to a database with rows 1 and 2 in the table `things`. */
export async function openWork(limit = 4, atEnd: AtEnd = onTestFinished): Promise<Work> {
  const postgres = await sharedPostgres();
  const url = await postgres.createDatabase();
  await queryAt(
    url,
    ['CREATE TABLE things (id integer PRIMARY KEY, n integer NOT NULL)'],
    ['INSERT INTO things VALUES (1, 0), (2, 0)'],
    [`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET deadlock_timeout = '50ms'`],
  );
  const proxy = await startPostgresProxy(postgres.port, { atEnd });
  const breaker = new CircuitBreaker();
  const connections = new Connections({ login: await Login.at(proxy.url(url)), limit, breaker, chance });
  atEnd(() => {
    proxy.judge();
    proxy.resume();
    return connections.close();
  });
  return { url, proxy, connections, breaker };
}

/** The process of the server behind the connection that a question is asked over. */
export async function backend(run: Run): Promise<number> {
  const { rows } = await run<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return Number(rows[0]?.pid);
}

/** What is in the table of {@link openWork}. */
export async function things(db: Pick<Database, 'read'>): Promise<number[]> {
  const { rows } = await db.read<{ n: number }>('SELECT n FROM things ORDER BY id');
  return rows.map(({ n }) => n);
}

/** How something ended, and how long that took. */
export async function timed(
  something: Promise<unknown>,
): Promise<{ readonly error: unknown; readonly ms: number }> {
  const startedAt = performance.now();
  const error = await something.then(
    () => undefined,
    (reason) => reason,
  );
  return { error, ms: performance.now() - startedAt };
}
