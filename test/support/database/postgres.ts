/** A PostgreSQL database as a superuser sees it who connects beside the server of a test, foreign keys off. */

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Behind, Row, Trap } from './behind.ts';

/** Counts and instants as numbers, and bytes as hexadecimal digits. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') => {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.BYTEA) return (text: string) => text.replace(/^\\x/, '');
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** Connections that are kept, by address: most tests look more than once. */
const clients = new Map<string, Promise<pg.Client>>();

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, types });
  client.on('error', () => {});
  await client.connect();
  await client.query('SET session_replication_role = replica');
  return client;
}

/** A connection to a database that is kept for the next look. */
export function clientAt(url: string): Promise<pg.Client> {
  const known = clients.get(url);
  if (known) return known;
  const client = connect(url);
  clients.set(url, client);
  client.then(
    (connected) => connected.once('end', () => clients.delete(url)),
    () => clients.delete(url),
  );
  return client;
}

async function query(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  let place = 0;
  const text = sql.replaceAll('?', () => `$${++place}`);
  const client = await clientAt(url);
  return (await client.query(text, [...values])).rows;
}

/** Removes a database, whatever is connected to it. */
export function drop(url: string): Promise<void> {
  return elsewhere(url, (client, name) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** Runs a statement about another database in the common one. */
async function elsewhere(url: string, work: (client: pg.Client, name: string) => Promise<unknown>) {
  const there = new URL(url);
  const name = there.pathname.slice(1);
  there.pathname = '/postgres';
  const client = await connect(String(there));
  try {
    await work(client, name);
  } finally {
    await client.end();
  }
}

export function postgresAt(url: string): Behind {
  /** Entries of the audit wait until they are linked, for a tenth of a second as a rule. */
  async function settled(): Promise<void> {
    const giveUpAt = performance.now() + 5_000;
    while ((await query(url, 'SELECT 1 FROM audit_waiting LIMIT 1')).length > 0) {
      if (performance.now() > giveUpAt) throw new Error('Entries of the audit were not linked');
      await sleep(10);
    }
  }

  return {
    query: (sql, values) => query(url, sql, values),

    settled,

    async lock() {
      // A read of the audit links waiting entries, which is not possible while this lock is held.
      await settled();
      const tables = await query(url, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
      const client = await connect(url);
      let isOver = false;
      const unlock = async () => {
        if (isOver) return;
        isOver = true;
        await client.end();
      };
      onTestFinished(unlock);
      await client.query(`BEGIN; LOCK TABLE ${tables.map(({ name }) => name).join()} IN EXCLUSIVE MODE`);
      return unlock;
    },

    async setTrap(name, { at, when, does }: Trap) {
      const condition = when === undefined ? '' : `WHEN (${when})`;
      await query(
        url,
        `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $trap$ BEGIN
           ${does ?? `RAISE EXCEPTION '${name}'`};
           IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
           RETURN NEW;
         END $trap$`,
      );
      await query(url, `CREATE TRIGGER ${name} ${at} FOR EACH ROW ${condition} EXECUTE FUNCTION ${name}()`);
      return async () => void (await query(url, `DROP FUNCTION ${name} CASCADE`));
    },

    bytes: (hex) => `'\\x${hex}'::bytea`,

    async bytesOnDisk() {
      await query(url, 'CHECKPOINT');
      // User-made relations have numbers from 16384 on.
      const files = await query(
        url,
        `SELECT encode(pg_read_binary_file(pg_relation_filepath(oid)), 'hex') AS bytes FROM pg_class
         WHERE oid >= 16384 AND relkind IN ('r', 'i', 'S', 't')`,
      );
      return Buffer.concat(files.map(({ bytes }) => Buffer.from(String(bytes), 'hex')));
    },

    async moveAway() {
      await elsewhere(url, async (client, name) => {
        await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
        await client.query(
          'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1',
          [name],
        );
        await client.query(`ALTER DATABASE ${name} RENAME TO ${name}_moved`);
      });
      return () =>
        elsewhere(url, async (client, name) => {
          await client.query(`ALTER DATABASE ${name}_moved RENAME TO ${name}`);
          await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
        });
    },

    async pretendNewer() {
      const [was] = await query(url, 'SELECT version, oldest FROM gatehouse');
      const say = (schema: unknown, oldest: unknown) =>
        query(url, 'UPDATE gatehouse SET version = ?, oldest = ?', [schema, oldest]);
      await say(999, 999);
      return async () => void (await say(was?.['version'], was?.['oldest']));
    },
  };
}
