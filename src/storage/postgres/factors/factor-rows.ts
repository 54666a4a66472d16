/** Rows that authenticator apps and passkeys of a user share: since when there is a factor, and the recovery codes. */

import type { AuditOutbox } from '../audit/audit-outbox.ts';
import { byteaArray } from '../connection/text.ts';
import type { Database, Run } from '../connection/transaction.ts';

export interface FactorParts {
  readonly db: Database;
  readonly outbox: AuditOutbox;
}

const begin = `INSERT INTO second_factors (user_id, since) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET since = least(second_factors.since, excluded.since)`;

const firstPasskey = '(SELECT min(created_at) FROM passkeys WHERE passkeys.user_id = $1)';

/**
 * Makes the row of a user with a factor, or moves its start to an earlier instant, and replaces the recovery codes. Call it
 * inside a step that has locked the user.
 */
export async function beginFactor(
  run: Run,
  userId: string,
  at: number,
  recoveryHashes: readonly string[],
): Promise<void> {
  await run(begin, [userId, at]);
  await replaceCodes(run, userId, recoveryHashes);
}

/** Whether a user has a factor. Call it inside a step that has locked the user. */
export async function hasFactor(run: Run, userId: string): Promise<boolean> {
  return (await run('SELECT 1 FROM second_factors WHERE user_id = $1', [userId])).rows.length > 0;
}

/** Replaces all recovery codes inside a step that has locked the user. */
export async function replaceCodes(
  run: Run,
  userId: string,
  recoveryHashes: readonly string[],
): Promise<void> {
  await run('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  await run('INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])', [
    userId,
    byteaArray(recoveryHashes),
  ]);
}

/**
 * Removes what depends on a factor that was removed: trusted browsers, and with the last factor the recovery codes. Call it
 * inside a step that has locked the user.
 */
export async function removeDependent(run: Run, userId: string): Promise<void> {
  await run(`DELETE FROM browser_tokens WHERE user_id = $1 AND purpose = 'trusted_browser'`, [userId]);
  const { count } = await run(
    `DELETE FROM second_factors WHERE user_id = $1 AND totp_secret IS NULL AND ${firstPasskey} IS NULL`,
    [userId],
  );
  if (count > 0) await run('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  else
    await run(
      `UPDATE second_factors SET since = least(totp_enrolled_at, ${firstPasskey}) WHERE user_id = $1`,
      [userId],
    );
}
