/** Invitations in PostgreSQL: one row for each invited name, removed when the name gets its account. */

import type {
  AuditContext,
  Invitation,
  InvitationQuery,
  InvitationStore,
  UsedInvitation,
} from '../port/port.ts';
import type { AuditOutbox } from './audit/audit-outbox.ts';
import { isStorable } from './connection/text.ts';
import type { Database, Run } from './connection/transaction.ts';

const columns = 'canonical, user_id AS "userId", expires_at AS "expiresAt"';

export class PostgresInvitations implements InvitationStore {
  readonly #db: Database;
  readonly #outbox: AuditOutbox;

  constructor(db: Database, outbox: AuditOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  put(
    tokenHash: string,
    { canonical, userId, expiresAt }: Invitation,
    context?: AuditContext,
  ): Promise<void> {
    return this.#db.step(async (run) => {
      await run(
        `INSERT INTO invitations (canonical, token_hash, user_id, expires_at)
         VALUES ($1, decode($2, 'hex'), $3, $4)
         ON CONFLICT (canonical) DO UPDATE
         SET token_hash = excluded.token_hash, user_id = excluded.user_id, expires_at = excluded.expires_at`,
        [canonical, tokenHash, userId, expiresAt],
      );
      await this.#outbox.add(run, context, { userId });
    });
  }

  async find(canonical: string, tokenHash: string): Promise<Invitation | undefined> {
    if (!isStorable(canonical)) return undefined;
    const { rows } = await this.#db.read<Invitation>(
      `SELECT ${columns} FROM invitations WHERE canonical = $1 AND token_hash = decode($2, 'hex')`,
      [canonical, tokenHash],
    );
    return rows[0];
  }

  async list({ after = '', limit }: InvitationQuery): Promise<Invitation[]> {
    const { rows } = await this.#db.read<Invitation>(
      `SELECT ${columns} FROM invitations WHERE canonical > $1 ORDER BY canonical LIMIT $2`,
      [after, limit],
    );
    return rows;
  }

  async remove(canonical: string, context?: AuditContext): Promise<Invitation | undefined> {
    if (!isStorable(canonical)) return undefined;
    return this.#db.step(async (run) => {
      const { rows } = await run<Invitation>(
        `DELETE FROM invitations WHERE canonical = $1 RETURNING ${columns}`,
        [canonical],
      );
      if (rows[0]) await this.#outbox.add(run, context, rows[0]);
      return rows[0];
    });
  }

  sweep(now: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `DELETE FROM invitations WHERE canonical IN (
           SELECT canonical FROM invitations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
           FOR UPDATE SKIP LOCKED
         )`,
        [now, limit],
      );
      return count;
    }, 'long');
  }
}

/** The result of looking up the invitation for a name when its account is made. */
export type FoundInvitation = 'none' | 'another' | 'this';

/**
 * Locks the invitation for a name until the step is over, so that it is used once; `this` if it is the presented one and
 * still valid.
 */
export async function holdInvitation(
  run: Run,
  canonical: string,
  presented: UsedInvitation | undefined,
): Promise<FoundInvitation> {
  const { rows } = await run<{ tokenHash: string; expiresAt: number }>(
    `SELECT encode(token_hash, 'hex') AS "tokenHash", expires_at AS "expiresAt" FROM invitations
     WHERE canonical = $1 FOR UPDATE`,
    [canonical],
  );
  const [found] = rows;
  if (!found) return 'none';
  const isThis = found.tokenHash === presented?.tokenHash && presented.at < found.expiresAt;
  return isThis ? 'this' : 'another';
}

/** Removes the invitation for a name inside a step. */
export async function dropInvitation(run: Run, canonical: string): Promise<void> {
  await run('DELETE FROM invitations WHERE canonical = $1', [canonical]);
}
