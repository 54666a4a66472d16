/** Databases for tests of the PostgreSQL store: opened, filled and spoilt from outside. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import type { Store } from '../../../src/storage/port/port.ts';
import { openPostgresStore, type PostgresOptions } from '../../../src/storage/postgres/store.ts';
import type { StoreFixture, Tampering } from '../../storage/conformance.ts';
import { migratedDatabase } from '../postgres.ts';
import { optionsOf } from './options.ts';

/**
 * A case is tried again where it failed: the store gives a statement up after 1.5 s and is right to, but on a machine that
 * runs other tests besides one statement in ten thousand takes that long.
 */
export const retried = { retry: 2 } as const;

/** Who cleans up, and when: tests that run side by side have to say which of them it is. */
export type AtEnd = (clean: () => void | Promise<void>) => void;

/**
 * A node on a database, closed at the end of the test unless the test did it. On a machine that runs other tests besides, a new
 * connection may take longer than a store waits for it.
 */
export async function openNode(
  url: string,
  changes: Partial<PostgresOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Store> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await openNodeOnce(url, changes, atEnd);
    } catch (error) {
      if (tries === maxTries || !/did not answer within/.test(String(error))) throw error;
    }
  }
}

const maxTries = 5;

/** The same without another try, for tests that expect no node, or none for long. */
export async function openNodeOnce(
  url: string,
  changes: Partial<PostgresOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Store> {
  const { store } = await openPostgresStore(optionsOf(url, changes));
  atEnd(() => store.close().catch(() => {}));
  return store;
}

/** Runs statements over a connection of their own, one after another; returns the rows of the last one. */
export async function queryAt(
  url: string,
  ...statements: (readonly [sql: string, ...values: unknown[]])[]
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const [sql, ...values] of statements) ({ rows } = await client.query(sql, values));
    return rows;
  } finally {
    await client.end();
  }
}

/** A database with nothing in its tables yet, for the suite of all stores, opened at its address or by way of another. */
export async function freshGround(
  trustMs: number,
  create: () => Promise<string> = migratedDatabase,
  through = (url: string) => url,
): Promise<StoreFixture> {
  const url = await create();
  return {
    open: async () => (await openPostgresStore(optionsOf(through(url), { trustMs }))).store,
    readsFeed: trustMs > 0,
    async loseRow(table, userId) {
      const column = table === 'auth' ? 'user_id' : 'id';
      // Without the triggers that would take what belongs to it along.
      await queryAt(
        url,
        ['SET session_replication_role = replica'],
        [`DELETE FROM ${table} WHERE ${column} = $1`, userId],
      );
      // What was read before is trusted for a while.
      await sleep(trustMs);
    },
    async tamper(deed) {
      // Entries that wait for their place in the chain are not in the audit yet.
      const { store } = await openPostgresStore(optionsOf(url));
      await store.audit.read({ limit: 1 });
      await store.close();
      await queryAt(url, ...statementsOf(deed));
    },
  };
}

const fields = 'at, event, outcome, user_id, handle, contract, network, request_id, hash';

/** Moving rows goes by way of negative numbers, so that no two ever have the same. */
function statementsOf(tampering: Tampering): (readonly [sql: string, ...values: unknown[]])[] {
  const { deed, seq } = tampering;
  switch (deed) {
    case 'change':
      return [["UPDATE audit SET outcome = outcome || '!' WHERE seq = $1", seq]];
    case 'remove':
      return [['DELETE FROM audit WHERE seq BETWEEN $1 AND $2', seq, tampering.to]];
    case 'swap':
      return [
        ['UPDATE audit SET seq = -1 WHERE seq = $1', seq],
        ['UPDATE audit SET seq = $1 WHERE seq = $2', seq, tampering.with],
        ['UPDATE audit SET seq = $1 WHERE seq = -1', tampering.with],
      ];
    case 'insert':
      return [
        [
          `INSERT INTO audit (seq, ${fields}) SELECT -1000000, ${fields} FROM audit WHERE seq = $1`,
          tampering.copyOf,
        ],
        // Before the first number no entry has to make room.
        ['UPDATE audit SET seq = -1 - seq WHERE seq >= greatest($1::bigint, 1) AND $1::bigint > 0', seq],
        ['UPDATE audit SET seq = -seq WHERE seq < 0 AND seq > -1000000'],
        ['UPDATE audit SET seq = $1 WHERE seq = -1000000', seq],
      ];
  }
}
