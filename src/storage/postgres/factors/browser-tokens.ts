/** Tokens of browsers in PostgreSQL: one row each under the hash of the token, removed by its use or its end. */

import type { AuditContext, BrowserToken, BrowserTokenPurpose, BrowserTokenStore } from '../../port/port.ts';
import type { AuditOutbox } from '../audit/audit-outbox.ts';
import { byteaArray, isStorable } from '../connection/text.ts';
import type { Database } from '../connection/transaction.ts';
import { lockUserExclusive } from '../user-lock.ts';

const columns = `user_id AS "userId", purpose, handle, details, created_at AS "createdAt", expires_at AS "expiresAt"`;
const oneToken = `browser_tokens WHERE token_hash = decode($1, 'hex') AND purpose = $2`;

const insert = `INSERT INTO browser_tokens (token_hash, user_id, purpose, handle, details, created_at, expires_at)
  VALUES (decode($1, 'hex'), $2, $3, $4, $5, $6, $7)`;

/** At most 200 of those that were made first; never the one that was just written. */
const removeOldest = `DELETE FROM browser_tokens WHERE token_hash = ANY (ARRAY (
    SELECT token_hash FROM browser_tokens WHERE user_id = $1 AND purpose = $2 AND token_hash <> decode($3, 'hex')
    ORDER BY created_at, handle
    LIMIT greatest(0, least(200, (
      SELECT count(*) FROM browser_tokens WHERE user_id = $1 AND purpose = $2) - $4))))`;

const findFirst = `SELECT ${columns} FROM browser_tokens WHERE token_hash = ANY ($1::bytea[]) AND purpose = $2
  ORDER BY array_position($1::bytea[], token_hash) LIMIT 1`;

export class PostgresBrowserTokens implements BrowserTokenStore {
  readonly #db: Database;
  readonly #outbox: AuditOutbox;

  constructor(db: Database, outbox: AuditOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  insert(tokenHash: string, token: BrowserToken, limit: number): Promise<boolean> {
    const { userId, purpose, handle, details, createdAt, expiresAt } = token;
    const values = [tokenHash, userId, purpose, handle, JSON.stringify(details), createdAt, expiresAt];
    return this.#db.step(async (run) => {
      if (userId !== null && !(await lockUserExclusive(run, userId))) return false;
      await run(insert, values);
      if (userId !== null) await run(removeOldest, [userId, purpose, tokenHash, limit]);
      return true;
    });
  }

  async find(
    tokenHashes: readonly string[],
    purpose: BrowserTokenPurpose,
  ): Promise<BrowserToken | undefined> {
    const { rows } = await this.#db.read<BrowserToken>(findFirst, [byteaArray(tokenHashes), purpose]);
    return rows[0];
  }

  async take(tokenHash: string, purpose: BrowserTokenPurpose): Promise<BrowserToken | undefined> {
    const token = await this.find([tokenHash], purpose);
    if (!token) return undefined;
    return this.#db.step(async (run) => {
      if (token.userId !== null) await lockUserExclusive(run, token.userId);
      const { rows } = await run<BrowserToken>(`DELETE FROM ${oneToken} RETURNING ${columns}`, [
        tokenHash,
        purpose,
      ]);
      return rows[0];
    });
  }

  async ofUser(userId: string, purpose: BrowserTokenPurpose, limit: number): Promise<BrowserToken[]> {
    const { rows } = await this.#db.read<BrowserToken>(
      `SELECT ${columns} FROM browser_tokens WHERE user_id = $1 AND purpose = $2
       ORDER BY created_at DESC, handle DESC LIMIT $3`,
      [userId, purpose, limit],
    );
    return rows;
  }

  async removeOfUser(
    userId: string,
    purpose: BrowserTokenPurpose,
    handle?: string,
    context?: AuditContext,
  ): Promise<number> {
    if (handle !== undefined && !isStorable(handle)) return 0;
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { count } = await run(
        `DELETE FROM browser_tokens WHERE user_id = $1 AND purpose = $2 AND ($3::text IS NULL OR handle = $3)`,
        [userId, purpose, handle ?? null],
      );
      if (count > 0) await this.#outbox.add(run, context, { userId, handle });
      return count;
    });
  }

  sweep(now: number, latest: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `DELETE FROM browser_tokens WHERE token_hash IN (
           SELECT token_hash FROM browser_tokens WHERE expires_at <= $1 OR expires_at > $2
           ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED
         )`,
        [now, latest, limit],
      );
      return count;
    }, 'long');
  }
}
