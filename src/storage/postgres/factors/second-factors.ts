/** Authenticator apps and recovery codes in PostgreSQL: a row for each user with a factor, and one for each code. */

import type {
  AuditContext,
  CodeAttempt,
  FactorState,
  NewTotp,
  SecondFactorStore,
  TotpEnrolment,
} from '../../port/port.ts';
import { type CodeState, type CodeVerdict, judgeCode } from '../../shared/factors/code-verdict.ts';
import type { Run } from '../connection/transaction.ts';
import { lockUserExclusive } from '../user-lock.ts';
import { beginFactor, type FactorParts, removeDependent, replaceCodes } from './factor-rows.ts';

interface FactorRow {
  readonly since: number;
  readonly sealed: string | null;
  readonly lastStep: number;
  readonly enrolledAt: number;
  readonly failures: number;
  readonly recoveryCodes: number;
  readonly passkeys: number;
}

const select = `SELECT since, totp_secret AS sealed, totp_step AS "lastStep", totp_enrolled_at AS "enrolledAt", failures,
    (SELECT count(*) FROM recovery_codes WHERE user_id = $1) AS "recoveryCodes",
    (SELECT count(*) FROM passkeys WHERE user_id = $1) AS passkeys
  FROM second_factors WHERE user_id = $1`;

const selectState = `SELECT failures, totp_step AS "lastStep", totp_secret AS sealed FROM second_factors
  WHERE user_id = $1`;

/** A new secret begins without refused codes. */
const enrol = `UPDATE second_factors SET totp_secret = $2, totp_enrolled_at = $3, totp_step = $4, failures = 0
  WHERE user_id = $1`;

const acceptStep = `UPDATE second_factors SET failures = 0, totp_step = $2, totp_secret = coalesce($3, totp_secret)
  WHERE user_id = $1`;

const removeApp = `UPDATE second_factors SET totp_secret = NULL, totp_enrolled_at = NULL, totp_step = NULL
  WHERE user_id = $1`;

/** Two ranges of the index, so that few remaining secrets are found at once among many. */
const sealedOtherwise = ['< $1', '> $2']
  .map(
    (range) =>
      `(SELECT user_id AS "userId", totp_secret AS sealed FROM second_factors WHERE totp_secret ${range} LIMIT $3)`,
  )
  .join(' UNION ALL ');

const countSealed = `SELECT count(*) AS "all", count(*) FILTER (WHERE totp_secret < $1 OR totp_secret > $2) AS otherwise
  FROM second_factors WHERE totp_secret IS NOT NULL`;

export class PostgresSecondFactors implements SecondFactorStore {
  readonly #parts: FactorParts;

  constructor(parts: FactorParts) {
    this.#parts = parts;
  }

  async find(userId: string): Promise<FactorState | undefined> {
    const { rows } = await this.#parts.db.read<FactorRow>(select, [userId]);
    if (!rows[0]) return undefined;
    const { sealed, lastStep, enrolledAt, ...counts } = rows[0];
    return { ...counts, totp: sealed === null ? undefined : { sealed, lastStep, enrolledAt } };
  }

  enrolTotp(
    userId: string,
    { sealed, step, at }: NewTotp,
    recoveryHashes: readonly string[],
    context: AuditContext,
    mustBeFirst = false,
  ): Promise<TotpEnrolment> {
    return this.#parts.db.step(async (run) => {
      if (!(await lockUserExclusive(run, userId))) return 'unknown_account';
      const row = await rowOf(run, userId);
      if (row?.sealed) return 'taken';
      if (row && mustBeFirst) return 'not_first';
      await beginFactor(run, userId, at, recoveryHashes);
      await run(enrol, [userId, sealed, at, step]);
      await this.#parts.outbox.add(run, context, { userId });
      return 'enrolled';
    });
  }

  tryCode(
    userId: string,
    attempt: CodeAttempt,
    maxFailures: number,
    context: AuditContext,
  ): Promise<CodeVerdict['outcome']> {
    return this.#parts.db.step(async (run) => {
      // Read after the lock: of concurrent attempts each sees what the one before it wrote.
      if (!(await lockUserExclusive(run, userId))) return 'refused';
      const { rows } = await run<CodeState>(selectState, [userId]);
      if (!rows[0]) return 'refused';
      const isRecoveryCode = 'recoveryHash' in attempt && (await useCode(run, userId, attempt.recoveryHash));
      const { outcome, failures } = judgeCode(rows[0], attempt, maxFailures, isRecoveryCode);
      if (outcome === 'accepted' && 'totpStep' in attempt)
        await run(acceptStep, [userId, attempt.totpStep, attempt.resealed ?? null]);
      else if (outcome !== 'locked')
        await run('UPDATE second_factors SET failures = $2 WHERE user_id = $1', [userId, failures]);
      if (isRecoveryCode) await this.#parts.outbox.add(run, context, { userId });
      return outcome;
    });
  }

  replaceRecoveryCodes(
    userId: string,
    recoveryHashes: readonly string[],
    context: AuditContext,
  ): Promise<boolean> {
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      if (!(await rowOf(run, userId))) return false;
      await replaceCodes(run, userId, recoveryHashes);
      await this.#parts.outbox.add(run, context, { userId });
      return true;
    });
  }

  removeTotp(
    userId: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'> {
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const row = await rowOf(run, userId);
      if (!row?.sealed) return 'none';
      if (!mayBeLast && row.passkeys === 0) return 'last';
      await run(removeApp, [userId]);
      await removeDependent(run, userId);
      await this.#parts.outbox.add(run, context, { userId });
      return 'removed';
    });
  }

  removeAll(userId: string, context: AuditContext): Promise<boolean> {
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      if (!(await rowOf(run, userId))) return false;
      await run(removeApp, [userId]);
      await run('DELETE FROM passkeys WHERE user_id = $1', [userId]);
      await removeDependent(run, userId);
      await this.#parts.outbox.add(run, context, { userId });
      return true;
    });
  }

  async sealedOtherwise(prefix: string, limit: number): Promise<{ userId: string; sealed: string }[]> {
    const { rows } = await this.#parts.db.read<{ userId: string; sealed: string }>(sealedOtherwise, [
      prefix,
      lastWith(prefix),
      limit,
    ]);
    return rows.slice(0, limit);
  }

  async countSealed(prefix: string): Promise<{ all: number; otherwise: number }> {
    const { rows } = await this.#parts.db.read<{ all: number; otherwise: number }>(countSealed, [
      prefix,
      lastWith(prefix),
    ]);
    return rows[0] ?? { all: 0, otherwise: 0 };
  }

  reseal(userId: string, expected: string, replacement: string): Promise<boolean> {
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { count } = await run(
        'UPDATE second_factors SET totp_secret = $3 WHERE user_id = $1 AND totp_secret = $2',
        [userId, expected, replacement],
      );
      return count > 0;
    });
  }
}

/** A text behind all encrypted secrets that begin with a prefix, and before all others that come later. */
const lastWith = (prefix: string) => `${prefix}\u{10ffff}`;

async function rowOf(run: Run, userId: string): Promise<FactorRow | undefined> {
  return (await run<FactorRow>(select, [userId])).rows[0];
}

async function useCode(run: Run, userId: string, recoveryHash: string): Promise<boolean> {
  const { count } = await run(
    `DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = decode($2, 'hex')`,
    [userId, recoveryHash],
  );
  return count > 0;
}
