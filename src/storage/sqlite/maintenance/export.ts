/** Reads all accounts of a SQLite file in one snapshot, while servers use it. */

import { resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { shapeOf } from '../../port/port.ts';
import type { AccountExport } from '../../port/transfer/exports.ts';
import {
  type ExportRow,
  exportedAccounts,
  type SessionPlace,
  type TableOfUser,
} from '../../shared/imports/exported-accounts.ts';

/** Opens a snapshot of the database at `path`. The write-ahead log grows until it is released. */
export function openSqliteExport(path: string): AccountExport {
  const db = new DatabaseSync(resolve(path), { readOnly: true, timeout: 5_000 });
  // The first read fixes the snapshot.
  db.exec('BEGIN');
  const count = Number(db.prepare('SELECT count(*) AS users FROM users').get()?.['users']);
  const statements = new Map<string, StatementSync>();
  const all = async (sql: string, values: Record<string, SQLInputValue>) => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement.all(values) as ExportRow[];
  };
  const within = 'user_id IN (SELECT value FROM json_each($userIds))';
  const reader = {
    users: (after: string, limit: number) =>
      all(`SELECT ${columnsOf('users')} FROM users WHERE id > $after ORDER BY id LIMIT $limit`, {
        after,
        limit,
      }),
    rowsOf: (table: TableOfUser, userIds: readonly string[]) =>
      all(`SELECT ${columnsOf(table)} FROM ${table} WHERE ${within}`, {
        userIds: JSON.stringify(userIds),
      }),
    sessions: (userIds: readonly string[], liveAt: number, after: SessionPlace, limit: number) =>
      all(
        `SELECT ${columnsOf('sessions')} FROM sessions
         WHERE ${within} AND idle_expires_at > $liveAt
           AND (user_id, last_seen_at, handle) > ($userId, $lastSeenAt, $handle)
         ORDER BY user_id, last_seen_at, handle LIMIT $limit`,
        { userIds: JSON.stringify(userIds), liveAt, ...after, limit },
      ),
  };
  return {
    count,
    items: (liveAt) => exportedAccounts(reader, liveAt),
    async release() {
      db.close();
    },
  };
}

/** Hashes come as hexadecimal digits. */
function columnsOf(table: TableOfUser | 'users' | 'sessions'): string {
  const { columns } = shapeOf(table);
  return Object.entries(columns)
    .map(([column, kind]) => (kind === 'hash' ? `lower(hex(${column})) AS ${column}` : column))
    .join();
}
