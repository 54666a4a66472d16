/** Tokens of browsers in SQLite: one row each under the hash of the token, removed by its use or its end. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, BrowserToken, BrowserTokenPurpose, BrowserTokenStore } from '../../port/port.ts';
import { isNotRemoved } from '../account-removal.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';

/** Tokens beyond the limit that are removed in one step. */
const maxRemoved = 200;

export class SqliteBrowserTokens implements BrowserTokenStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #chain: AuditChain;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer, chain: AuditChain) {
    this.#reader = reader;
    this.#writer = writer;
    this.#chain = chain;
    this.#statements = prepareAll(db);
  }

  insert(tokenHash: string, token: BrowserToken, limit: number): Promise<boolean> {
    const { userId, purpose, handle, details, createdAt, expiresAt } = token;
    const { isUser, insert, count, removeOldest } = this.#statements;
    return this.#writer.write(() => {
      if (userId !== null && !isUser.get(userId)) return false;
      insert.run(tokenHash, userId, purpose, handle, JSON.stringify(details), createdAt, expiresAt);
      if (userId === null) return true;
      const excess = Number(count.get(userId, purpose)?.['count']) - limit;
      if (excess > 0) removeOldest.run(userId, purpose, tokenHash, Math.min(excess, maxRemoved));
      return true;
    });
  }

  async find(
    tokenHashes: readonly string[],
    purpose: BrowserTokenPurpose,
  ): Promise<BrowserToken | undefined> {
    const { select } = this.#statements;
    return this.#reader.read(() => {
      for (const tokenHash of tokenHashes) {
        const row = select.get(tokenHash, purpose);
        if (row) return tokenOf(row);
      }
      return undefined;
    });
  }

  take(tokenHash: string, purpose: BrowserTokenPurpose): Promise<BrowserToken | undefined> {
    return this.#writer.write(() => {
      const row = this.#statements.take.get(tokenHash, purpose);
      return row && tokenOf(row);
    });
  }

  async ofUser(userId: string, purpose: BrowserTokenPurpose, limit: number): Promise<BrowserToken[]> {
    return this.#reader.read(() => this.#statements.selectOfUser.all(userId, purpose, limit).map(tokenOf));
  }

  removeOfUser(
    userId: string,
    purpose: BrowserTokenPurpose,
    handle?: string,
    context?: AuditContext,
  ): Promise<number> {
    const { removeOne, removeOfUser } = this.#statements;
    return this.#writer.write(() => {
      const { changes } =
        handle === undefined ? removeOfUser.run(userId, purpose) : removeOne.run(userId, purpose, handle);
      if (changes > 0) this.#chain.append(context, { userId, handle });
      return Number(changes);
    });
  }

  sweep(now: number, latest: number, limit: number): Promise<number> {
    return this.#writer.write(() => Number(this.#statements.sweep.run(now, latest, limit).changes));
  }
}

function tokenOf(row: Record<string, unknown>): BrowserToken {
  return { ...row, details: JSON.parse(String(row['details'])) } as unknown as BrowserToken;
}

function prepareAll(db: DatabaseSync) {
  const columns = `user_id AS userId, purpose, handle, details, created_at AS createdAt, expires_at AS expiresAt`;
  return {
    isUser: db.prepare(`SELECT 1 FROM users WHERE id = ? AND ${isNotRemoved}`),
    insert: db.prepare(
      `INSERT INTO browser_tokens (token_hash, user_id, purpose, handle, details, created_at, expires_at)
       VALUES (unhex(?), ?, ?, ?, ?, ?, ?)`,
    ),
    count: db.prepare('SELECT count(*) AS count FROM browser_tokens WHERE user_id = ? AND purpose = ?'),
    removeOldest: db.prepare(
      `DELETE FROM browser_tokens WHERE token_hash IN
       (SELECT token_hash FROM browser_tokens WHERE user_id = ? AND purpose = ? AND token_hash <> unhex(?)
        ORDER BY created_at, handle LIMIT ?)`,
    ),
    select: db.prepare(`SELECT ${columns} FROM browser_tokens WHERE token_hash = unhex(?) AND purpose = ?`),
    take: db.prepare(
      `DELETE FROM browser_tokens WHERE token_hash = unhex(?) AND purpose = ? RETURNING ${columns}`,
    ),
    selectOfUser: db.prepare(
      `SELECT ${columns} FROM browser_tokens WHERE user_id = ? AND purpose = ?
       ORDER BY created_at DESC, handle DESC LIMIT ?`,
    ),
    removeOfUser: db.prepare('DELETE FROM browser_tokens WHERE user_id = ? AND purpose = ?'),
    removeOne: db.prepare('DELETE FROM browser_tokens WHERE user_id = ? AND purpose = ? AND handle = ?'),
    sweep: db.prepare(
      `DELETE FROM browser_tokens WHERE token_hash IN
       (SELECT token_hash FROM browser_tokens WHERE expires_at <= ? OR expires_at > ? ORDER BY expires_at LIMIT ?)`,
    ),
  };
}
