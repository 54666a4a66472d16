/** The tables of the PostgreSQL store, as numbered migrations; new ones are only ever appended. */

import { version1 } from './schema/version-1.ts';
import { version2 } from './schema/version-2.ts';
import { version3 } from './schema/version-3.ts';

/** One step from a version of the schema to the next. */
export interface Migration {
  readonly sql: string;
  /**
   * The oldest schema version whose programs still work after this step. Raise it only in a release after the one that
   * stopped using what the step removes, so that old and new nodes can run together.
   */
  readonly oldest: number;
}

/** Migration number n brings a database from schema version n - 1 to n. */
export const migrations: readonly Migration[] = [
  { oldest: 1, sql: version1 },
  // A program of version 1 works on these tables, but asks for no second factor: docs/scale.md says so.
  { oldest: 1, sql: version2 },
  // It knows no hash of another system either: docs/scale.md says so, too.
  { oldest: 1, sql: version3 },
];

/** How many triggers write the feed of revocations. */
export const triggers = version1.match(/CREATE TRIGGER/g)?.length ?? 0;

/** All tables, in an order in which rows can be written. */
export const tables = [
  'users',
  'auth',
  'sessions',
  'ended',
  'tokens',
  'invitations',
  'devices',
  'second_factors',
  'recovery_codes',
  'passkeys',
  'browser_tokens',
  'imported_accounts',
  'imported_sessions',
  'imported_removed',
  'import_key',
  'throttle',
  'mails',
  'audit',
  'audit_ends',
  'audit_waiting',
  'revocations',
] as const;

/** Tables that a node can work without for a while: a lock on one must not take all nodes out of service. */
const dispensable: ReadonlySet<string> = new Set([
  'throttle',
  'tokens',
  'mails',
  'audit',
  'invitations',
  'recovery_codes',
  'passkeys',
  'browser_tokens',
  'imported_accounts',
  'imported_sessions',
  'imported_removed',
  'import_key',
  'revocations',
]);

/** Reads every table, however large, in constant time; fails if one is missing, or is needed and unreadable. */
export const everyTable = tables
  .map((table) =>
    dispensable.has(table)
      ? `SELECT count(*) FROM pg_catalog.pg_class WHERE oid = '${table}'::regclass`
      : `SELECT count(*) FROM (SELECT 1 FROM ${table} LIMIT 1) AS ${table}`,
  )
  .join(' UNION ALL ');
