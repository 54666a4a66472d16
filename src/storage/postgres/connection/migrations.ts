/** Migrates the tables of a database, and refuses tables that are not Gatehouse's. */

import type pg from 'pg';
import { type Closed, StoreUnavailable, StoreUnusable } from '../../port/port.ts';
import { closedBecause } from '../../shared/database-state.ts';
import { everyTable, type Migration, migrations, tables } from '../schema.ts';
import { Client } from './client.ts';
import { thrown } from './errors.ts';
import type { Login } from './session-setup.ts';
import { connectMs, inTime } from './time-limit.ts';
import type { Run } from './transaction.ts';

/** The longest time of a migration, in milliseconds; other processes wait for it. */
const migrationMs = 120_000;

const unreleased =
  'The database has tables of an unreleased version of Gatehouse, and this version does not read them. ' +
  'They are left as they are. Point DATABASE_URL at an empty database.';

const privileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** The version of the tables, as stored in the database. */
export interface Version extends Closed {
  readonly schema: number;
  /** The oldest schema version whose programs still work on the tables. */
  readonly oldest: number;
}

const versionColumns = 'version AS schema, oldest, copying, moved';

/**
 * Migrates the tables. Of many nodes that start at once one does it, and the others wait for it. A current database is only
 * read.
 *
 * @throws {StoreUnusable} if the tables are another program's, or of a version that this program does not support.
 */
export async function prepareTables(
  login: Login,
  steps: readonly Migration[] = migrations,
  assert: typeof assertUsable = assertUsable,
): Promise<void> {
  const client = new Client(login.config);
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await inTime(
      connectMs,
      login.welcome(client).then(() => versionIn(client)),
    );
    const isOld = !found || assert(found, steps).schema < steps.length;
    if (isOld) await inTime(migrationMs, migrate(client, login, steps, assert));
    await inTime(connectMs, assertAllowed(client));
  } finally {
    client.end();
  }
}

/** @throws {StoreUnusable} if no server may use the database. */
export function assertUsable(version: Version, steps: readonly Migration[] = migrations): Version {
  const because = closedBecause(assertKnown(version, steps));
  if (because !== undefined) throw new StoreUnusable(because);
  return version;
}

/** @throws {StoreUnusable} if this program does not support the version. */
export function assertKnown(version: Version, steps: readonly Migration[] = migrations): Version {
  const { schema, oldest } = version;
  if (oldest > steps.length) {
    throw new StoreUnusable(
      `The database was brought to schema ${schema} by a newer Gatehouse, and this one knows up to ${steps.length}. ` +
        'Run the newer version.',
    );
  }
  return version;
}

/**
 * Checks a new connection of a running server: the database may have been moved meanwhile.
 *
 * @throws {StoreUnusable} if the server may no longer use the database.
 */
export async function assertStillUsable(client: pg.ClientBase): Promise<void> {
  const found = await versionIn(client);
  if (found) assertUsable(found);
}

/** @throws {StoreUnavailable} if a table is missing, or the tables have a version that this program does not support. */
export async function assertSound(run: Run): Promise<void> {
  const { rows } = await run<Version & { ends: number }>(
    `SELECT ${versionColumns}, (SELECT count(*) FROM audit_ends) AS ends,
       (SELECT count(*) FROM (${everyTable}) AS tables) AS tables FROM gatehouse`,
  );
  const [version] = rows;
  if (version?.ends !== 1)
    throw new StoreUnavailable('The database lost a part of Gatehouse. Restore it from a backup.');
  try {
    assertUsable(version);
  } catch (error) {
    throw new StoreUnavailable((error as Error).message, { cause: error });
  }
}

/** Migrates in one transaction, including the DDL. */
async function migrate(
  client: pg.Client,
  login: Login,
  steps: readonly Migration[],
  assert: typeof assertUsable,
): Promise<void> {
  await login.begin(client, migrationMs);
  try {
    await client
      .query(`SELECT pg_advisory_xact_lock(hashtext('gatehouse'), hashtext(current_schema()))`)
      .catch(thrown);
    const found = await versionIn(client);
    if (!found) await assertEmpty(client);
    // Another process may have migrated meanwhile, also to a version newer than this program's.
    const from = found ? assert(found, steps).schema : 0;
    for (const { sql } of steps.slice(from)) await client.query(sql).catch(thrown);
    if (!found) await client.query(createVersion).catch(thrown);
    if (from < steps.length) {
      const oldest = steps.reduce((greatest, step) => Math.max(greatest, step.oldest), 0);
      await client
        .query('UPDATE gatehouse SET version = $1, oldest = $2', [steps.length, oldest])
        .catch(thrown);
    }
    await client.query('COMMIT').catch(thrown);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/**
 * Unreleased versions of Gatehouse had the column `schema` in place of `version`, and their numbers mean other tables.
 * `copying` and `note` are set while another database is being copied here, `moved` after this one was moved.
 */
const createVersion = `
  CREATE TABLE gatehouse (
    id      integer PRIMARY KEY CHECK (id = 1),
    version integer NOT NULL,
    oldest  integer NOT NULL,
    copying text,
    note    text,
    moved   jsonb
  );
  INSERT INTO gatehouse VALUES (1, 0, 0);
`;

/**
 * The stored version of the tables; `undefined` without tables.
 *
 * @throws {StoreUnusable} if the tables are of an unreleased version.
 */
export async function versionIn(client: pg.ClientBase): Promise<Version | undefined> {
  if ((await visible(client, ['gatehouse'])).length === 0) return undefined;
  const { rows: columns } = await client
    .query<{ name: string }>(
      `SELECT attname AS name FROM pg_catalog.pg_attribute
       WHERE attrelid = 'gatehouse'::regclass AND attnum > 0 AND NOT attisdropped`,
    )
    .catch(thrown);
  if (columns.some(({ name }) => name === 'schema')) throw new StoreUnusable(unreleased);
  const { rows } = await client.query<Version>(`SELECT ${versionColumns} FROM gatehouse`).catch(thrown);
  if (rows[0]) return rows[0];
  throw new StoreUnusable(
    'The table gatehouse of the database is empty. Restore the database from a backup.',
  );
}

/** Other programs use the names `users` and `sessions` as well. */
async function assertEmpty(client: pg.Client): Promise<void> {
  const strangers = await visible(client, tables);
  if (strangers.length === 0) return;
  throw new StoreUnusable(
    `The database has tables of another program (${strangers.join(', ')}). Give Gatehouse a database of its own, or a schema: ` +
      'CREATE SCHEMA gatehouse; ALTER ROLE … SET search_path = gatehouse;',
  );
}

/** @throws {StoreUnusable} if a table is missing, or the role lacks a permission that every store needs. */
export async function assertAllowed(client: pg.ClientBase): Promise<void> {
  const { rows } = await client
    .query<{ name: string; isThere: boolean; user: string; schema: string }>(
      `SELECT name, place IS NOT NULL AS "isThere", current_user AS "user", current_schema() AS "schema"
       FROM unnest($1::text[]) AS name, to_regclass(name) AS place
       WHERE place IS NULL OR NOT (${privileges.map((one) => `has_table_privilege(place, '${one}')`).join(' AND ')})`,
      [tables],
    )
    .catch(thrown);
  const missing = rows.filter(({ isThere }) => !isThere).map(({ name }) => name);
  if (missing.length > 0) {
    throw new StoreUnusable(
      `The database has lost tables of Gatehouse (${missing.join(', ')}). Restore it from a backup.`,
    );
  }
  const [forbidden] = rows;
  if (!forbidden) return;
  const { user, schema } = forbidden;
  throw new StoreUnusable(
    `${user} may not read and write the tables of Gatehouse (${rows.map(({ name }) => name).join(', ')}). ` +
      `GRANT ${privileges.join(', ')} ON ALL TABLES IN SCHEMA ${schema} TO ${user};`,
  );
}

/** The existing tables among some names; read from the catalogue, since a failed lookup by name may be remembered. */
async function visible(client: pg.ClientBase, names: readonly string[]): Promise<string[]> {
  const { rows } = await client
    .query<{ name: string }>(
      `SELECT relname AS name FROM pg_catalog.pg_class
       WHERE relname = ANY ($1::text[]) AND relkind IN ('r', 'p', 'v', 'f') AND pg_table_is_visible(oid) ORDER BY 1`,
      [names],
    )
    .catch(thrown);
  return rows.map(({ name }) => name);
}
