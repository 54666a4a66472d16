/** Statements on the rows of sessions. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SessionWithUser } from '../../port/port.ts';

const columns = `handle, user_id AS userId, contract, created_at AS createdAt,
  last_seen_at AS lastSeenAt, idle_expires_at AS idleExpiresAt, expires_at AS expiresAt,
  proven_at AS provenAt, network, device`;

const hashAndColumns = `lower(hex(id_hash)) AS idHash, ${columns}`;

/** A session and its user as an array, which is read in half the time of an object; null where a record is missing. */
export type RowWithUser = readonly [
  handle: string,
  userId: string,
  contract: string,
  createdAt: number,
  lastSeenAt: number,
  idleExpiresAt: number,
  expiresAt: number,
  provenAt: number,
  network: string,
  device: string,
  identifier: string | null,
  userCreatedAt: number | null,
  email: string | null,
  emailVerifiedAt: number | null,
  disabledAt: number | null,
];

export function withUserOf(row: RowWithUser): SessionWithUser {
  const [handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt, ...others] =
    row;
  const [network, device, identifier, userCreatedAt, email, emailVerifiedAt, disabledAt] = others;
  const instants = { createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt };
  const session = { handle, userId, contract, ...instants, network, device };
  if (identifier === null || userCreatedAt === null) return { session, user: undefined };
  const user = { id: userId, identifier, createdAt: userCreatedAt, email, emailVerifiedAt, disabledAt };
  return { session, user };
}

const selectWithUser = `SELECT handle, sessions.user_id, contract, sessions.created_at, last_seen_at, idle_expires_at,
    expires_at, proven_at, network, device, identifier, users.created_at, email, email_verified_at, disabled_at
  FROM sessions LEFT JOIN users ON users.id = sessions.user_id LEFT JOIN auth ON auth.user_id = sessions.user_id
  WHERE id_hash = unhex(?)`;

function arraysOf(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

/** Statements that find sessions, or write and change them one by one. */
export function sessionStatements(db: DatabaseSync) {
  return {
    insert: db.prepare(
      `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at,
                             expires_at, proven_at, network, device)
       SELECT unhex(?), ?, id, ?, ?, ?, ?, ?, ?, ?, ? FROM users WHERE id = ? AND disabled_at IS NOT 0`,
    ),
    select: db.prepare(`SELECT ${columns} FROM sessions WHERE id_hash = unhex(?)`),
    selectWithUser: arraysOf(db, selectWithUser),
    selectByHandle: db.prepare(`SELECT ${columns} FROM sessions WHERE handle = ?`),
    selectByHandleOf: db.prepare(`SELECT ${columns} FROM sessions WHERE handle = ? AND user_id = ?`),
    selectOfUser: db.prepare(
      `SELECT ${columns} FROM sessions WHERE user_id = ? AND (last_seen_at, handle) < (?, ?)
       ORDER BY last_seen_at DESC, handle DESC LIMIT ?`,
    ),
    rotate: db.prepare(
      'UPDATE sessions SET id_hash = unhex(?), proven_at = ifnull(?, proven_at) WHERE id_hash = unhex(?)',
    ),
  };
}

/** Sessions read from the oldest use on: behind more unswept dead ones, none is found. */
const looked = 2_000;

/** Statements that delete sessions and return their rows (except the sweep), and statements that select what to delete. */
export function removalStatements(db: DatabaseSync) {
  return {
    one: db.prepare(`DELETE FROM sessions WHERE id_hash = unhex(?) RETURNING ${hashAndColumns}`),
    byHandle: db.prepare(`DELETE FROM sessions WHERE handle = ? AND user_id = ? RETURNING ${hashAndColumns}`),
    byHandles: db.prepare(
      `DELETE FROM sessions WHERE handle IN (SELECT value FROM json_each(?)) AND +user_id = ?
       RETURNING ${hashAndColumns}`,
    ),
    ofUser: db.prepare(
      `DELETE FROM sessions WHERE id_hash IN
       (SELECT id_hash FROM sessions WHERE user_id = ? AND handle IS NOT ?
        ORDER BY last_seen_at DESC, handle DESC LIMIT ?) RETURNING ${hashAndColumns}`,
    ),
    any: db.prepare(
      `DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions LIMIT ?) RETURNING ${hashAndColumns}`,
    ),
    expired: db.prepare(
      `DELETE FROM sessions WHERE id_hash IN
       (SELECT id_hash FROM sessions WHERE idle_expires_at <= ? ORDER BY idle_expires_at LIMIT ?)`,
    ),
    countLive: db.prepare(
      `SELECT count(*) AS live FROM (SELECT 1 FROM sessions WHERE user_id = ? AND handle <> ? AND idle_expires_at > ?
       ORDER BY last_seen_at DESC, handle DESC LIMIT ?)`,
    ),
    selectOldest: db.prepare(
      `SELECT handle FROM (SELECT handle, idle_expires_at FROM sessions WHERE user_id = ? AND handle <> ?
         ORDER BY last_seen_at, handle LIMIT ${looked})
       WHERE idle_expires_at > ? LIMIT ?`,
    ),
    sessionExists: db.prepare('SELECT 1 FROM sessions WHERE user_id = ? AND handle = ?'),
    countOfUser: db.prepare(
      'SELECT count(*) AS count FROM (SELECT 1 FROM sessions WHERE user_id = ? AND handle IS NOT ? LIMIT ?)',
    ),
  };
}
