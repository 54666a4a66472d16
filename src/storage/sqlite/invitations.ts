/** Invitations in SQLite: one row for each invited name, removed when the name gets its account. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, Invitation, InvitationQuery, InvitationStore } from '../port/port.ts';
import type { AuditChain } from './audit/audit-chain.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export class SqliteInvitations implements InvitationStore {
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

  put(
    tokenHash: string,
    { canonical, userId, expiresAt }: Invitation,
    context?: AuditContext,
  ): Promise<void> {
    return this.#writer.write(() => {
      this.#statements.upsert.run(canonical, tokenHash, userId, expiresAt);
      this.#chain.append(context, { userId });
    });
  }

  async find(canonical: string, tokenHash: string): Promise<Invitation | undefined> {
    const row = this.#reader.read(() => this.#statements.select.get(canonical, tokenHash));
    return row as Invitation | undefined;
  }

  async list({ after = '', limit }: InvitationQuery): Promise<Invitation[]> {
    return this.#reader.read(() => this.#statements.selectPage.all(after, limit) as unknown as Invitation[]);
  }

  remove(canonical: string, context?: AuditContext): Promise<Invitation | undefined> {
    return this.#writer.write(() => {
      const removed = this.#statements.remove.get(canonical) as Invitation | undefined;
      if (removed) this.#chain.append(context, removed);
      return removed;
    });
  }

  sweep(now: number, limit: number): Promise<number> {
    return this.#writer.write(() => Number(this.#statements.sweep.run(now, limit).changes));
  }
}

function prepareAll(db: DatabaseSync) {
  const columns = 'canonical, user_id AS userId, expires_at AS expiresAt';
  return {
    upsert: db.prepare(
      `INSERT INTO invitations (canonical, token_hash, user_id, expires_at) VALUES (?, unhex(?), ?, ?)
       ON CONFLICT (canonical) DO UPDATE
       SET token_hash = excluded.token_hash, user_id = excluded.user_id, expires_at = excluded.expires_at`,
    ),
    select: db.prepare(`SELECT ${columns} FROM invitations WHERE canonical = ? AND token_hash = unhex(?)`),
    selectPage: db.prepare(
      `SELECT ${columns} FROM invitations WHERE canonical > ? ORDER BY canonical LIMIT ?`,
    ),
    remove: db.prepare(`DELETE FROM invitations WHERE canonical = ? RETURNING ${columns}`),
    sweep: db.prepare(
      `DELETE FROM invitations WHERE canonical IN
       (SELECT canonical FROM invitations WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    ),
  };
}
