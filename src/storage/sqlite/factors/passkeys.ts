/** Passkeys in SQLite: one row each under the id of its credential. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext, Passkey, PasskeyAddition, PasskeyStore, PasskeyUse } from '../../port/port.ts';
import type { FactorParts, FactorRows } from './factor-rows.ts';

export class SqlitePasskeys implements PasskeyStore {
  readonly #parts: FactorParts;
  readonly #rows: FactorRows;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(parts: FactorParts, rows: FactorRows) {
    this.#parts = parts;
    this.#rows = rows;
    this.#statements = prepareAll(parts.db);
  }

  async find(credentialId: string): Promise<Passkey | undefined> {
    return this.#parts.reader.read(() => {
      const row = this.#statements.select.get(credentialId);
      return row && passkeyOf(row);
    });
  }

  async ofUser(userId: string): Promise<Passkey[]> {
    return this.#parts.reader.read(() => this.#statements.selectOfUser.all(userId).map(passkeyOf));
  }

  add(
    passkey: Passkey,
    recoveryHashes: readonly string[],
    maxPasskeys: number,
    context: AuditContext,
    mustBeFirst = false,
  ): Promise<PasskeyAddition> {
    const { userId, handle, createdAt } = passkey;
    const { select, count, insert } = this.#statements;
    return this.#parts.writer.write(() => {
      if (!this.#rows.isUser(userId)) return 'unknown_account';
      if (mustBeFirst && this.#rows.hasFactor(userId)) return 'not_first';
      if (select.get(passkey.credentialId)) return 'known';
      if (Number(count.get(userId)?.['count']) >= maxPasskeys) return 'too_many';
      insert.run({ ...passkey, isSynced: Number(passkey.isSynced) });
      this.#rows.begin(userId, createdAt);
      this.#rows.replaceRecoveryCodes(userId, recoveryHashes);
      this.#parts.chain.append(context, { userId, handle });
      return 'added';
    });
  }

  use({ credentialId, counter, isSynced, at }: PasskeyUse): Promise<boolean> {
    const { recordUse, clearFailures } = this.#statements;
    return this.#parts.writer.write(() => {
      const row = recordUse.get({ credentialId, counter, isSynced: Number(isSynced), at });
      if (!row) return false;
      clearFailures.run(String(row['userId']));
      return true;
    });
  }

  rename(userId: string, handle: string, name: string, context: AuditContext): Promise<boolean> {
    return this.#parts.writer.write(() => {
      if (this.#statements.rename.run(name, userId, handle).changes === 0) return false;
      this.#parts.chain.append(context, { userId, handle });
      return true;
    });
  }

  remove(
    userId: string,
    handle: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'> {
    const { isOfUser, hasAnother, remove } = this.#statements;
    return this.#parts.writer.write(() => {
      if (!isOfUser.get(userId, handle)) return 'none';
      if (!mayBeLast && !hasAnother.get({ userId, handle })) return 'last';
      remove.run(userId, handle);
      this.#rows.removeDependent(userId);
      this.#parts.chain.append(context, { userId, handle });
      return 'removed';
    });
  }
}

function passkeyOf(row: Record<string, unknown>): Passkey {
  return { ...row, isSynced: row['isSynced'] === 1 } as unknown as Passkey;
}

function prepareAll(db: DatabaseSync) {
  const columns = `credential_id AS credentialId, user_id AS userId, handle, name, public_key AS publicKey, counter,
    transports, is_synced AS isSynced, created_at AS createdAt, last_used_at AS lastUsedAt`;
  return {
    select: db.prepare(`SELECT ${columns} FROM passkeys WHERE credential_id = ?`),
    selectOfUser: db.prepare(`SELECT ${columns} FROM passkeys WHERE user_id = ? ORDER BY created_at, handle`),
    count: db.prepare('SELECT count(*) AS count FROM passkeys WHERE user_id = ?'),
    insert: db.prepare(
      `INSERT INTO passkeys (credential_id, user_id, handle, name, public_key, counter, transports, is_synced,
         created_at, last_used_at)
       VALUES ($credentialId, $userId, $handle, $name, $publicKey, $counter, $transports, $isSynced,
         $createdAt, $lastUsedAt)`,
    ),
    // A counter that does not grow is the mark of a copied authenticator (WebAuthn level 3, section 6.1.1).
    recordUse: db.prepare(
      `UPDATE passkeys SET counter = $counter, is_synced = $isSynced,
         last_used_at = max(coalesce(last_used_at, 0), $at)
       WHERE credential_id = $credentialId AND (counter < $counter OR (counter = 0 AND $counter = 0))
       RETURNING user_id AS userId`,
    ),
    clearFailures: db.prepare('UPDATE second_factors SET failures = 0 WHERE user_id = ?'),
    rename: db.prepare('UPDATE passkeys SET name = ? WHERE user_id = ? AND handle = ?'),
    isOfUser: db.prepare('SELECT 1 FROM passkeys WHERE user_id = ? AND handle = ?'),
    hasAnother: db.prepare(
      `SELECT 1 FROM passkeys WHERE user_id = $userId AND handle <> $handle
       UNION ALL SELECT 1 FROM second_factors WHERE user_id = $userId AND totp_secret IS NOT NULL LIMIT 1`,
    ),
    remove: db.prepare('DELETE FROM passkeys WHERE user_id = ? AND handle = ?'),
  };
}
