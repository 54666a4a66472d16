/** Rows that authenticator apps and passkeys of a user share: since when there is a factor, and the recovery codes. */

import type { DatabaseSync } from 'node:sqlite';
import { isNotRemoved } from '../account-removal.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';

export interface FactorParts {
  readonly db: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly chain: AuditChain;
}

/** Call every method inside a step of the writer. */
export class FactorRows {
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync) {
    this.#statements = prepareAll(db);
  }

  isUser(userId: string): boolean {
    return this.#statements.isUser.get(userId) !== undefined;
  }

  /** Makes the row of a user with a factor, or moves its start to an earlier instant. */
  begin(userId: string, at: number): void {
    this.#statements.begin.run(userId, at);
  }

  hasFactor(userId: string): boolean {
    return this.#statements.hasFactor.get(userId) !== undefined;
  }

  replaceRecoveryCodes(userId: string, recoveryHashes: readonly string[]): void {
    this.#statements.removeCodes.run(userId);
    for (const hash of recoveryHashes) this.#statements.insertCode.run(userId, hash);
  }

  /** Removes what depends on a factor that was removed: trusted browsers, and with the last factor the recovery codes. */
  removeDependent(userId: string): void {
    const { removeTrusted, removeRow, removeCodes, moveSince } = this.#statements;
    removeTrusted.run(userId);
    if (removeRow.run(userId).changes > 0) removeCodes.run(userId);
    else moveSince.run(userId);
  }
}

function prepareAll(db: DatabaseSync) {
  const firstPasskey =
    '(SELECT min(created_at) FROM passkeys WHERE passkeys.user_id = second_factors.user_id)';
  return {
    isUser: db.prepare(`SELECT 1 FROM users WHERE id = ? AND ${isNotRemoved}`),
    hasFactor: db.prepare('SELECT 1 FROM second_factors WHERE user_id = ?'),
    begin: db.prepare(
      `INSERT INTO second_factors (user_id, since) VALUES (?, ?)
       ON CONFLICT (user_id) DO UPDATE SET since = min(since, excluded.since)`,
    ),
    removeCodes: db.prepare('DELETE FROM recovery_codes WHERE user_id = ?'),
    insertCode: db.prepare('INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, unhex(?))'),
    removeTrusted: db.prepare(`DELETE FROM browser_tokens WHERE user_id = ? AND purpose = 'trusted_browser'`),
    removeRow: db.prepare(
      `DELETE FROM second_factors WHERE user_id = ? AND totp_secret IS NULL AND ${firstPasskey} IS NULL`,
    ),
    // The smaller of two instants of which one may be missing.
    moveSince: db.prepare(
      `UPDATE second_factors SET since = min(
         coalesce(totp_enrolled_at, ${firstPasskey}), coalesce(${firstPasskey}, totp_enrolled_at))
       WHERE user_id = ?`,
    ),
  };
}
