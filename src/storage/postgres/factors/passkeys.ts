/** Passkeys in PostgreSQL: one row each under the id of its credential. */

import type { AuditContext, Passkey, PasskeyAddition, PasskeyStore, PasskeyUse } from '../../port/port.ts';
import { isStorable, storable } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';
import { lockUserExclusive } from '../user-lock.ts';
import { beginFactor, type FactorParts, hasFactor, removeDependent } from './factor-rows.ts';

const columns = `credential_id AS "credentialId", user_id AS "userId", handle, name, public_key AS "publicKey", counter,
  transports, is_synced = 1 AS "isSynced", created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

const selectOne = `SELECT ${columns} FROM passkeys WHERE credential_id = $1`;

/** Waits for a concurrent step that adds the same credential. */
const insert = `INSERT INTO passkeys (credential_id, user_id, handle, name, public_key, counter, transports, is_synced,
    created_at, last_used_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (credential_id) DO NOTHING`;

/** A counter that does not grow is the mark of a copied authenticator (WebAuthn level 3, section 6.1.1). */
const recordUse = `UPDATE passkeys SET counter = $2, is_synced = $3, last_used_at = greatest(last_used_at, $4)
  WHERE credential_id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))`;

const hasAnother = `SELECT 1 FROM passkeys WHERE user_id = $1 AND handle <> $2
  UNION ALL SELECT 1 FROM second_factors WHERE user_id = $1 AND totp_secret IS NOT NULL LIMIT 1`;

export class PostgresPasskeys implements PasskeyStore {
  readonly #parts: FactorParts;

  constructor(parts: FactorParts) {
    this.#parts = parts;
  }

  async find(credentialId: string): Promise<Passkey | undefined> {
    if (!isStorable(credentialId)) return undefined;
    return (await this.#parts.db.read<Passkey>(selectOne, [credentialId])).rows[0];
  }

  async ofUser(userId: string): Promise<Passkey[]> {
    const { rows } = await this.#parts.db.read<Passkey>(
      `SELECT ${columns} FROM passkeys WHERE user_id = $1 ORDER BY created_at, handle`,
      [userId],
    );
    return rows;
  }

  add(
    passkey: Passkey,
    recoveryHashes: readonly string[],
    maxPasskeys: number,
    context: AuditContext,
    mustBeFirst = false,
  ): Promise<PasskeyAddition> {
    const { credentialId, userId, handle, createdAt } = passkey;
    return this.#parts.db.step(async (run) => {
      if (!(await lockUserExclusive(run, userId))) return 'unknown_account';
      if (mustBeFirst && (await hasFactor(run, userId))) return 'not_first';
      if ((await run(selectOne, [credentialId])).rows.length > 0) return 'known';
      const { rows } = await run('SELECT 1 FROM passkeys WHERE user_id = $1', [userId]);
      if (rows.length >= maxPasskeys) return 'too_many';
      if (!(await insertInto(run, passkey))) return 'known';
      await beginFactor(run, userId, createdAt, recoveryHashes);
      await this.#parts.outbox.add(run, context, { userId, handle });
      return 'added';
    });
  }

  async use({ credentialId, counter, isSynced, at }: PasskeyUse): Promise<boolean> {
    const userId = (await this.find(credentialId))?.userId;
    if (userId === undefined) return false;
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { count } = await run(recordUse, [credentialId, counter, Number(isSynced), at]);
      if (count === 0) return false;
      await run('UPDATE second_factors SET failures = 0 WHERE user_id = $1', [userId]);
      return true;
    });
  }

  async rename(userId: string, handle: string, name: string, context: AuditContext): Promise<boolean> {
    if (!isStorable(handle)) return false;
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { count } = await run('UPDATE passkeys SET name = $3 WHERE user_id = $1 AND handle = $2', [
        userId,
        handle,
        storable(name),
      ]);
      if (count > 0) await this.#parts.outbox.add(run, context, { userId, handle });
      return count > 0;
    });
  }

  async remove(
    userId: string,
    handle: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'> {
    if (!isStorable(handle)) return 'none';
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const one = [userId, handle];
      const { rows } = await run('SELECT 1 FROM passkeys WHERE user_id = $1 AND handle = $2', one);
      if (rows.length === 0) return 'none';
      if (!mayBeLast && (await run(hasAnother, one)).rows.length === 0) return 'last';
      await run('DELETE FROM passkeys WHERE user_id = $1 AND handle = $2', one);
      await removeDependent(run, userId);
      await this.#parts.outbox.add(run, context, { userId, handle });
      return 'removed';
    });
  }
}

async function insertInto(run: Run, passkey: Passkey): Promise<boolean> {
  const { credentialId, userId, handle, name, publicKey } = passkey;
  const { counter, transports, isSynced, createdAt, lastUsedAt } = passkey;
  const { count } = await run(insert, [
    credentialId,
    userId,
    handle,
    storable(name),
    publicKey,
    counter,
    storable(transports),
    Number(isSynced),
    createdAt,
    lastUsedAt,
  ]);
  return count > 0;
}
