/** Writes what comes with an imported account, inside a step of the writer: second factors, devices and trusted browsers. */

import type { DatabaseSync } from 'node:sqlite';
import type { AccountToImport } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { anotherHandle } from '../../shared/imports/import-keys.ts';

export class ImportedFactors {
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #digest: Digest;

  constructor(db: DatabaseSync, digest: Digest) {
    this.#statements = prepareAll(db);
    this.#digest = digest;
  }

  write({ userId, factors, devices, trustedBrowsers }: AccountToImport): void {
    const { insertPasskey, insertFactors, insertCode, insertDevice, insertBrowser } = this.#statements;
    let passkeys = 0;
    for (const passkey of factors?.passkeys ?? [])
      passkeys += Number(
        insertPasskey.run({ ...passkey, userId, isSynced: Number(passkey.isSynced) }).changes,
      );
    // The row and the codes are there only while there is a factor.
    if (factors && (factors.totp || passkeys > 0)) {
      const { since, totp, failures, recoveryHashes } = factors;
      const { sealed = null, enrolledAt = null, lastStep = null } = totp ?? {};
      insertFactors.run(userId, since, sealed, enrolledAt, lastStep, failures);
      for (const hash of recoveryHashes) insertCode.run(userId, hash);
    }
    for (const { deviceHash, lastUsedAt } of devices) insertDevice.run(userId, deviceHash, lastUsedAt);
    for (const { tokenHash, handle, details, createdAt, expiresAt } of trustedBrowsers) {
      const insert = (name: string) =>
        insertBrowser.run(tokenHash, userId, name, JSON.stringify(details), createdAt, expiresAt).changes > 0;
      if (!insert(handle)) insert(anotherHandle(this.#digest, tokenHash));
    }
  }
}

function prepareAll(db: DatabaseSync) {
  return {
    insertPasskey: db.prepare(
      `INSERT INTO passkeys (credential_id, user_id, handle, name, public_key, counter, transports, is_synced,
         created_at, last_used_at)
       VALUES ($credentialId, $userId, $handle, $name, $publicKey, $counter, $transports, $isSynced,
         $createdAt, $lastUsedAt) ON CONFLICT DO NOTHING`,
    ),
    insertFactors: db.prepare(
      `INSERT INTO second_factors (user_id, since, totp_secret, totp_enrolled_at, totp_step, failures)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    insertCode: db.prepare(
      'INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, unhex(?)) ON CONFLICT DO NOTHING',
    ),
    insertDevice: db.prepare(
      'INSERT INTO devices (user_id, device_hash, last_used_at) VALUES (?, unhex(?), ?) ON CONFLICT DO NOTHING',
    ),
    insertBrowser: db.prepare(
      `INSERT INTO browser_tokens (token_hash, user_id, purpose, handle, details, created_at, expires_at)
       VALUES (unhex(?), ?, 'trusted_browser', ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
  };
}
