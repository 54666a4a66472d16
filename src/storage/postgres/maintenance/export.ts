/** Reads all accounts of a PostgreSQL database in one snapshot, while servers use it. */

import { shapeOf } from '../../port/port.ts';
import type { AccountExport } from '../../port/transfer/exports.ts';
import {
  type ExportRow,
  exportedAccounts,
  type SessionPlace,
  type TableOfUser,
} from '../../shared/imports/exported-accounts.ts';
import { connectDedicated } from '../connection/dedicated-connection.ts';

/**
 * Opens a snapshot of the database at `url`; `setting` is the name of the setting with the address. `pooled` if a pooler stands
 * between: it would not keep the connection.
 *
 * @throws {StoreUnusable} if it cannot be used.
 */
export async function openPostgresExport(url: string, setting: string): Promise<AccountExport | 'pooled'> {
  const connection = await connectDedicated(url, setting);
  if (connection === 'pooled') return 'pooled';
  const { client, run } = connection;
  const all = async (sql: string, values: readonly unknown[]) => (await run<ExportRow>(sql, values)).rows;
  const reader = {
    users: (after: string, limit: number) =>
      all(`SELECT ${columnsOf('users')} FROM users WHERE id > $1 ORDER BY id LIMIT $2`, [after, limit]),
    rowsOf: (table: TableOfUser, userIds: readonly string[]) =>
      all(`SELECT ${columnsOf(table)} FROM ${table} WHERE user_id = ANY ($1)`, [userIds]),
    sessions: (
      userIds: readonly string[],
      liveAt: number,
      { userId, lastSeenAt, handle }: SessionPlace,
      limit: number,
    ) =>
      all(
        `SELECT ${columnsOf('sessions')} FROM sessions
         WHERE user_id = ANY ($1) AND idle_expires_at > $2 AND (user_id, last_seen_at, handle) > ($3, $4, $5)
         ORDER BY user_id, last_seen_at, handle LIMIT $6`,
        [userIds, liveAt, userId, lastSeenAt, handle, limit],
      ),
  };
  try {
    await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await run<{ users: number }>('SELECT count(*) AS users FROM users');
    return {
      count: Number(rows[0]?.users),
      items: (liveAt) => exportedAccounts(reader, liveAt),
      release: () => client.end(),
    };
  } catch (error) {
    client.end();
    throw error;
  }
}

/** Hashes come as hexadecimal digits, and JSON as text. */
function columnsOf(table: TableOfUser | 'users' | 'sessions'): string {
  const { columns } = shapeOf(table);
  return Object.entries(columns)
    .map(([column, kind]) => {
      if (kind === 'hash') return `encode(${column}, 'hex') AS ${column}`;
      return kind === 'json' ? `${column}::text AS ${column}` : column;
    })
    .join();
}
