/** Fills a database with what would take hours over HTTP: an account's hundred thousands of sessions and entries. */

import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { digest } from '../../../src/crypto/ids.ts';

/** The id of session number n of a filled account, by the name of the account. */
export function filledId(name: string, n: number): string {
  return `${name}${String(n).padStart(26 - name.length, '0')}`;
}

/** The handle of session number n. */
export function filledHandle(name: string, n: number): string {
  return `${name}${String(n).padStart(16 - name.length, '0')}`;
}

export interface Filling {
  /** Letters that ids and handles begin with. */
  readonly name: string;
  readonly userId: string;
  readonly sessions: number;
  readonly entries: number;
}

/** Gives a user live sessions, number n used n milliseconds after one hour ago, and failed logins in the audit. */
export async function fill(database: string, filling: Filling): Promise<void> {
  const { name, userId, sessions, entries } = filling;
  const at = Date.now() - 3_600_000;
  const run = await open(database);
  const numbers = database.startsWith('file:')
    ? 'WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $last)'
    : 'WITH n(i) AS (SELECT generate_series(0, $last))';
  const upTo = (count: number) => numbers.replace('$last', String(count - 1));
  const padded = (length: number) =>
    database.startsWith('file:')
      ? `'${name}' || printf('%0${length - name.length}d', i)`
      : `'${name}' || lpad(i::text, ${length - name.length}, '0')`;
  const addSessions = `${upTo(sessions)} INSERT INTO sessions (id_hash, handle, user_id, contract, created_at,
      last_seen_at, idle_expires_at, expires_at, proven_at, network, device)
    SELECT digest(${padded(26)}), ${padded(16)}, '${userId}', 'rest', ${at} + i, ${at} + i, ${at} + 604800000,
      ${at} + 2592000000, ${at}, '192.0.2.1', 'Firefox on Linux' FROM n`;
  const addEntries = `${upTo(entries)} INSERT INTO audit (seq, at, event, outcome, user_id, contract, network, request_id, hash)
    SELECT (SELECT max(seq) FROM audit) + 1 + i, ${at} + i, 'login', 'wrong_password', '${userId}', 'rest',
      '192.0.2.1', 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6', digest('') FROM n`;
  if (sessions > 0) await run(addSessions);
  if (entries > 0) {
    await run(addEntries);
    await run(`UPDATE audit_ends SET last_seq = (SELECT max(seq) FROM audit), last_hash = digest('')`);
  }
  await run('ANALYZE');
  await run();
}

/** Runs statements that may call `digest`; without one it lets go of the database. */
async function open(database: string): Promise<(sql?: string) => Promise<unknown>> {
  if (database.startsWith('file:')) {
    const db = new DatabaseSync(database.slice('file:'.length), { timeout: 10_000 });
    db.exec('PRAGMA synchronous = OFF');
    db.function('digest', (text) => Buffer.from(digest(String(text)), 'hex'));
    return async (sql) => {
      if (sql !== undefined) return db.exec(sql);
      // Or the next commit of the server would have to move all of it into the file.
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    };
  }
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(
    'SET session_replication_role = replica; SET synchronous_commit = off; SET statement_timeout = 0',
  );
  return (sql) =>
    sql === undefined
      ? client.end()
      : client.query(sql.replaceAll(/digest\(((?:[^()]|\([^()]*\))*)\)/g, "sha256(convert_to($1, 'UTF8'))"));
}
