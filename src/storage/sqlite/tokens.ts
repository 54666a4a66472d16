/** Single-use tokens in SQLite: one row each under the hash of the token, removed by its first use. */

import type { DatabaseSync } from 'node:sqlite';
import { clockSlackMs, type Token, type TokenPurpose, type TokenStore } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export class SqliteTokens implements TokenStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
    this.#statements = prepareAll(db);
  }

  insert(tokenHash: string, { userId, purpose, email, expiresAt }: Token, limit?: number): Promise<void> {
    const { insert, keepNewest } = this.#statements;
    return this.#writer.write(() => {
      insert.run(tokenHash, purpose, email, expiresAt, userId);
      if (limit !== undefined) keepNewest.run(userId, purpose, email, expiresAt + clockSlackMs, limit);
    });
  }

  async find(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined> {
    return this.#reader.read(() => this.#statements.select.get(tokenHash, purpose) as Token | undefined);
  }

  take(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined> {
    return this.#writer.write(() => this.#statements.take.get(tokenHash, purpose) as Token | undefined);
  }

  removeOfUser(userId: string, purpose: TokenPurpose): Promise<void> {
    return this.#writer.write(() => {
      this.#statements.removeOfUser.run(userId, purpose);
    });
  }

  sweep(now: number, latest: number, limit: number): Promise<number> {
    return this.#writer.write(() => Number(this.#statements.sweep.run(now, latest, limit).changes));
  }
}

function prepareAll(db: DatabaseSync) {
  const columns = 'user_id AS userId, purpose, email, expires_at AS expiresAt';
  return {
    insert: db.prepare(
      `INSERT INTO tokens (token_hash, user_id, purpose, email, expires_at)
       SELECT unhex(?), id, ?, ?, ? FROM users WHERE id = ?`,
    ),
    keepNewest: db.prepare(
      `DELETE FROM tokens WHERE token_hash IN
       (SELECT token_hash FROM tokens WHERE user_id = ? AND purpose = ? AND email = ?
        ORDER BY expires_at > ?, expires_at DESC LIMIT -1 OFFSET ?)`,
    ),
    select: db.prepare(`SELECT ${columns} FROM tokens WHERE token_hash = unhex(?) AND purpose = ?`),
    take: db.prepare(`DELETE FROM tokens WHERE token_hash = unhex(?) AND purpose = ? RETURNING ${columns}`),
    removeOfUser: db.prepare('DELETE FROM tokens WHERE user_id = ? AND purpose = ?'),
    sweep: db.prepare(
      `DELETE FROM tokens WHERE token_hash IN
       (SELECT token_hash FROM tokens WHERE expires_at <= ? OR expires_at > ? ORDER BY expires_at LIMIT ?)`,
    ),
  };
}
