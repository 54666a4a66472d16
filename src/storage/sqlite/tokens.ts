/** Single-use tokens in SQLite: one row each under the hash of the token, removed by its first use. */

import type { DatabaseSync } from 'node:sqlite';
import { clockSlackMs, type Token, type TokenStore } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export function tokensIn(db: DatabaseSync, reader: Reader, writer: Writer): TokenStore {
  const insert = db.prepare(
    `INSERT INTO tokens (token_hash, user_id, purpose, email, expires_at)
     SELECT unhex(?), id, ?, ?, ? FROM users WHERE id = ?`,
  );
  const keepNewest = db.prepare(
    `DELETE FROM tokens WHERE token_hash IN
     (SELECT token_hash FROM tokens WHERE user_id = ? AND purpose = ? AND email = ?
      ORDER BY expires_at > ?, expires_at DESC LIMIT -1 OFFSET ?)`,
  );
  const columns = 'user_id AS userId, purpose, email, expires_at AS expiresAt';
  const select = db.prepare(`SELECT ${columns} FROM tokens WHERE token_hash = unhex(?) AND purpose = ?`);
  const take = db.prepare(
    `DELETE FROM tokens WHERE token_hash = unhex(?) AND purpose = ? RETURNING ${columns}`,
  );
  const removeOfUser = db.prepare('DELETE FROM tokens WHERE user_id = ? AND purpose = ?');
  const sweep = db.prepare(
    `DELETE FROM tokens WHERE token_hash IN
     (SELECT token_hash FROM tokens WHERE expires_at <= ? OR expires_at > ? ORDER BY expires_at LIMIT ?)`,
  );

  return {
    insert: (tokenHash, { userId, purpose, email, expiresAt }, limit) =>
      writer.write(() => {
        insert.run(tokenHash, purpose, email, expiresAt, userId);
        if (limit !== undefined) keepNewest.run(userId, purpose, email, expiresAt + clockSlackMs, limit);
      }),

    find: async (tokenHash, purpose) =>
      reader.read(() => select.get(tokenHash, purpose) as Token | undefined),

    take: (tokenHash, purpose) => writer.write(() => take.get(tokenHash, purpose) as Token | undefined),

    removeOfUser: (userId, purpose) =>
      writer.write(() => {
        removeOfUser.run(userId, purpose);
      }),

    sweep: (now, latest, limit) => writer.write(() => Number(sweep.run(now, latest, limit).changes)),
  };
}
