/** The tables of the SQLite store, as numbered migrations; new ones are only ever appended. */

import { version1 } from './schema/version-1.ts';
import { version2 } from './schema/version-2.ts';
import { version3 } from './schema/version-3.ts';

/** Marks a file as Gatehouse's in SQLite's `application_id`: the bytes `GTHS`. */
export const applicationId = 0x47_54_48_53;

/** The mark of unreleased versions, whose schema numbers mean other tables: the bytes `GATE`. */
export const unreleasedApplicationId = 0x47_41_54_45;

/** Migration number n brings a file from schema version n - 1 to n. */
export const migrations: readonly string[] = [version1, version2, version3];

/** How many triggers write the feed of revocations. */
export const triggers = migrations.join().match(/CREATE TRIGGER revoke/g)?.length ?? 0;

const tables = [
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
  'revocations',
] as const;

/** Reads every table, however large, in constant time; fails if one is missing or unreadable. */
export const everyTable = tables
  .map((table) => `SELECT count(*) FROM (SELECT 1 FROM ${table} LIMIT 1)`)
  .join(' UNION ALL ');
