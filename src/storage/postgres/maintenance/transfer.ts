/** A PostgreSQL database that rows move from or to, while no server uses it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DatabaseState,
  SourceUnready,
  TargetUnready,
  TransferSource,
  TransferTarget,
} from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { assertCopied, untouched } from '../../shared/database-state.ts';
import { linkOutbox, linkStep } from '../audit/audit-chain.ts';
import {
  connectDedicated,
  type DedicatedConnection,
  inTransaction,
  isLocked,
  isShared,
} from '../connection/dedicated-connection.ts';
import { tables } from '../schema.ts';
import { countOf, insert, isUnfit, scanOf, unfitAmong } from './transfer-rows.ts';

const everything = [...tables, 'gatehouse'].join();

/** The longest wait for the connection of a killed process to end, in milliseconds. */
const timeoutMs = 5_000;

/**
 * Locks a database, migrated and with its audit outbox linked: no other process changes it until it is released.
 *
 * @throws {StoreUnusable} if it cannot be used.
 */
export async function openPostgresSource(
  url: string,
  setting: string,
  digest: Digest,
): Promise<TransferSource | SourceUnready> {
  const connection = await connectDedicated(url, setting);
  if (connection === 'pooled') return { refused: 'source_pooled' };
  try {
    const source = (await hold(connection, digest)) && (await sourceIn(connection));
    if (source) return source;
    connection.client.end();
    return { refused: 'source_in_use' };
  } catch (error) {
    connection.client.end();
    throw error;
  }
}

/** Leaves the connection in a transaction that locks all tables; `false` if another process uses them. */
async function hold(connection: DedicatedConnection, digest: Digest): Promise<boolean> {
  const { run } = connection;
  if (await isShared(connection)) return false;
  let linked: number;
  do linked = await inTransaction(connection, () => linkOutbox(run, digest, Number.MAX_SAFE_INTEGER));
  while (linked === linkStep);
  await run('BEGIN ISOLATION LEVEL REPEATABLE READ');
  try {
    // Before any read, so that what is read later cannot change.
    await run(`LOCK TABLE ${tables.join()} IN SHARE ROW EXCLUSIVE MODE`);
    // Every starting server reads this table, and so waits.
    await run('LOCK TABLE gatehouse IN ACCESS EXCLUSIVE MODE');
  } catch (error) {
    if (isLocked(error)) return false;
    throw error;
  }
  // All rows are read: a plan with quick first rows may be slow in total.
  await run('SET LOCAL cursor_tuple_fraction = 1');
  const { rows } = await run('SELECT 1 FROM audit_waiting LIMIT 1');
  return rows.length === 0 && !(await isShared(connection));
}

async function sourceIn(connection: DedicatedConnection): Promise<TransferSource> {
  const { client, run, name } = connection;
  const state = await stateOf(connection);
  assertCopied(state);
  return {
    name,
    moved: state.moved,
    count: (table) => countOf(connection, table),
    scan: (table, behind) => scanOf(connection, table, behind),
    async retire(to) {
      // A server that was starting when the tables were locked may have passed its check.
      if (await isShared(connection)) return 'in_use';
      await run('UPDATE gatehouse SET moved = $1', [JSON.stringify(to)]);
      await run('COMMIT');
      return 'retired';
    },
    release: () => client.end(),
  };
}

/**
 * Opens a database to be filled, and continues an unfinished copy.
 *
 * @throws {StoreUnusable} if it cannot be used.
 */
export async function openPostgresTarget(
  url: string,
  setting: string,
): Promise<TransferTarget | TargetUnready> {
  const connection = await connectDedicated(url, setting);
  if (connection === 'pooled') return { refused: 'target_pooled' };
  try {
    const refused = await whyNotFilled(connection);
    if (!refused) return await targetIn(connection);
    connection.client.end();
    return { refused };
  } catch (error) {
    connection.client.end();
    throw error;
  }
}

async function whyNotFilled(
  connection: DedicatedConnection,
): Promise<'target_in_use' | 'target_not_empty' | undefined> {
  if (await isShared(connection)) return 'target_in_use';
  if (!(await isOnlyFiller(connection))) return 'target_in_use';
  const { copying } = await stateOf(connection);
  return copying === null && (await hasRows(connection)) ? 'target_not_empty' : undefined;
}

/** Locks the right to fill the database until the connection ends; `false` if another process has it. */
async function isOnlyFiller({ run }: DedicatedConnection): Promise<boolean> {
  for (const giveUpAt = performance.now() + timeoutMs; ; await sleep(100)) {
    const { rows } = await run<{ isMine: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('gatehouse migrate'), hashtext(current_schema())) AS "isMine"`,
    );
    if (rows[0]?.isMine) return true;
    if (performance.now() > giveUpAt) return false;
  }
}

async function hasRows({ run }: DedicatedConnection): Promise<boolean> {
  const some = tables
    .filter((table) => table !== 'audit_ends' && table !== 'revocations')
    .map((table) => `EXISTS (SELECT 1 FROM ${table})`);
  const { rows } = await run<{ some: boolean }>(
    `SELECT ${some.join(' OR ')} OR EXISTS (SELECT 1 FROM audit_ends WHERE last_seq > 0) AS some`,
  );
  return rows[0]?.some !== false;
}

async function targetIn(connection: DedicatedConnection): Promise<TransferTarget> {
  const { client, run, name } = connection;
  const { copying, note } = await stateOf(connection);
  return {
    name,
    noted: copying === null ? undefined : (note ?? undefined),
    count: (table) => countOf(connection, table),

    async *scan(table, behind) {
      await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 1');
      try {
        yield* scanOf(connection, table, behind);
      } finally {
        await run('COMMIT').catch(() => {});
      }
    },

    begin: (from, firstNote) => begin(connection, from, firstNote),

    async write(table, rows, nextNote) {
      try {
        await inTransaction(connection, async () => {
          await insert(run, table, rows);
          await run('UPDATE gatehouse SET note = $1', [nextNote]);
        });
        return 'written';
      } catch (error) {
        if (!isUnfit(error)) throw error;
        await run('BEGIN');
        const unfit = await unfitAmong(run, table, rows, error);
        await run('ROLLBACK');
        return unfit;
      }
    },

    async finish() {
      // Without statistics the first plans would be guesses.
      await run(`ANALYZE ${tables.join()}`);
      await inTransaction(connection, async () => {
        await run(
          `SELECT setval(pg_get_serial_sequence('mails', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM mails`,
        );
        // Ids that are in the caches as dead live from now on.
        await run(`INSERT INTO revocations (kind) VALUES ('all'), ('mark')`);
        await run('UPDATE gatehouse SET copying = NULL, note = NULL');
      });
      return 'finished';
    },

    release: () => client.end(),
  };
}

async function begin(
  connection: DedicatedConnection,
  from: string,
  note: string,
): Promise<'begun' | 'in_use'> {
  const { run } = connection;
  try {
    return await inTransaction(connection, async () => {
      await run(`LOCK TABLE ${everything} IN ACCESS EXCLUSIVE MODE`);
      const { copying } = await stateOf(connection);
      const isUsed = (await isShared(connection)) || (copying === null && (await hasRows(connection)));
      if (isUsed) return 'in_use';
      await run(`TRUNCATE ${tables.join()}`);
      await run('UPDATE gatehouse SET copying = $1, note = $2, moved = NULL', [from, note]);
      return 'begun';
    });
  } catch (error) {
    if (isLocked(error)) return 'in_use';
    throw error;
  }
}

async function stateOf({ run }: DedicatedConnection): Promise<DatabaseState> {
  const { rows } = await run<DatabaseState>('SELECT copying, note, moved FROM gatehouse');
  return rows[0] ?? untouched;
}
