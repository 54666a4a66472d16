/** Single-use tokens in PostgreSQL: one row each under the hash of the token, removed by its first use. */

import { clockSlackMs, type Token, type TokenPurpose, type TokenStore } from '../port/port.ts';
import type { Database } from './connection/transaction.ts';
import { lockUserExclusive, lockUserShared } from './user-lock.ts';

const columns = 'user_id AS "userId", purpose, email, expires_at AS "expiresAt"';
const oneToken = `tokens WHERE token_hash = decode($1, 'hex') AND purpose = $2`;

const keepNewest = `DELETE FROM tokens WHERE token_hash IN (
    SELECT token_hash FROM tokens WHERE user_id = $1 AND purpose = $2 AND email = $3
    ORDER BY expires_at > $4, expires_at DESC OFFSET $5
  )`;

export class PostgresTokens implements TokenStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(tokenHash: string, { userId, purpose, email, expiresAt }: Token, limit?: number): Promise<void> {
    return this.#db.step(async (run) => {
      const lockUser = limit === undefined ? lockUserShared : lockUserExclusive;
      if (!(await lockUser(run, userId))) return;
      await run(
        `INSERT INTO tokens (token_hash, user_id, purpose, email, expires_at)
         VALUES (decode($1, 'hex'), $2, $3, $4, $5)`,
        [tokenHash, userId, purpose, email, expiresAt],
      );
      if (limit !== undefined)
        await run(keepNewest, [userId, purpose, email, expiresAt + clockSlackMs, limit]);
    });
  }

  async find(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined> {
    const { rows } = await this.#db.read<Token>(`SELECT ${columns} FROM ${oneToken}`, [tokenHash, purpose]);
    return rows[0];
  }

  async take(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined> {
    const token = await this.find(tokenHash, purpose);
    if (!token) return undefined;
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, token.userId);
      const { rows } = await run<Token>(`DELETE FROM ${oneToken} RETURNING ${columns}`, [tokenHash, purpose]);
      return rows[0];
    });
  }

  removeOfUser(userId: string, purpose: TokenPurpose): Promise<void> {
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, userId);
      await run('DELETE FROM tokens WHERE user_id = $1 AND purpose = $2', [userId, purpose]);
    });
  }

  sweep(now: number, latest: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `DELETE FROM tokens WHERE token_hash IN (
           SELECT token_hash FROM tokens WHERE expires_at <= $1 OR expires_at > $2
           ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED
         )`,
        [now, latest, limit],
      );
      return count;
    }, 'long');
  }
}
