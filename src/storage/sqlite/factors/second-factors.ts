/** Authenticator apps and recovery codes in SQLite: a row for each user with a factor, and one for each code. */

import type { DatabaseSync } from 'node:sqlite';
import type {
  AuditContext,
  CodeAttempt,
  FactorState,
  NewTotp,
  SecondFactorStore,
  TotpEnrolment,
} from '../../port/port.ts';
import { type CodeState, type CodeVerdict, judgeCode } from '../../shared/factors/code-verdict.ts';
import type { FactorParts, FactorRows } from './factor-rows.ts';

interface FactorRow {
  readonly since: number;
  readonly sealed: string | null;
  readonly lastStep: number;
  readonly enrolledAt: number;
  readonly failures: number;
  readonly recoveryCodes: number;
  readonly passkeys: number;
}

export class SqliteSecondFactors implements SecondFactorStore {
  readonly #parts: FactorParts;
  readonly #rows: FactorRows;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(parts: FactorParts, rows: FactorRows) {
    this.#parts = parts;
    this.#rows = rows;
    this.#statements = prepareAll(parts.db);
  }

  async find(userId: string): Promise<FactorState | undefined> {
    return this.#parts.reader.read(() => {
      const row = this.#select(userId);
      if (!row) return undefined;
      const { sealed, lastStep, enrolledAt, ...counts } = row;
      return { ...counts, totp: sealed === null ? undefined : { sealed, lastStep, enrolledAt } };
    });
  }

  enrolTotp(
    userId: string,
    { sealed, step, at }: NewTotp,
    recoveryHashes: readonly string[],
    context: AuditContext,
    mustBeFirst = false,
  ): Promise<TotpEnrolment> {
    return this.#parts.writer.write(() => {
      if (!this.#rows.isUser(userId)) return 'unknown_account';
      const row = this.#select(userId);
      if (row?.sealed) return 'taken';
      if (row && mustBeFirst) return 'not_first';
      this.#rows.begin(userId, at);
      this.#statements.enrol.run(sealed, at, step, userId);
      this.#rows.replaceRecoveryCodes(userId, recoveryHashes);
      this.#parts.chain.append(context, { userId });
      return 'enrolled';
    });
  }

  tryCode(
    userId: string,
    attempt: CodeAttempt,
    maxFailures: number,
    context: AuditContext,
  ): Promise<CodeVerdict['outcome']> {
    const { selectState, useCode, setFailures, acceptStep } = this.#statements;
    return this.#parts.writer.write(() => {
      const state = selectState.get(userId) as CodeState | undefined;
      if (!state || !this.#rows.isUser(userId)) return 'refused';
      const isRecoveryCode =
        'recoveryHash' in attempt && useCode.run(userId, attempt.recoveryHash).changes > 0;
      const { outcome, failures } = judgeCode(state, attempt, maxFailures, isRecoveryCode);
      if (outcome === 'accepted' && 'totpStep' in attempt)
        acceptStep.run(attempt.totpStep, attempt.resealed ?? null, userId);
      else if (outcome !== 'locked') setFailures.run(failures, userId);
      if (isRecoveryCode) this.#parts.chain.append(context, { userId });
      return outcome;
    });
  }

  replaceRecoveryCodes(
    userId: string,
    recoveryHashes: readonly string[],
    context: AuditContext,
  ): Promise<boolean> {
    return this.#parts.writer.write(() => {
      if (!this.#statements.selectState.get(userId)) return false;
      this.#rows.replaceRecoveryCodes(userId, recoveryHashes);
      this.#parts.chain.append(context, { userId });
      return true;
    });
  }

  removeTotp(
    userId: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<'removed' | 'last' | 'none'> {
    return this.#parts.writer.write(() => {
      const row = this.#select(userId);
      if (!row?.sealed) return 'none';
      if (!mayBeLast && row.passkeys === 0) return 'last';
      this.#statements.removeTotp.run(userId);
      this.#rows.removeDependent(userId);
      this.#parts.chain.append(context, { userId });
      return 'removed';
    });
  }

  removeAll(userId: string, context: AuditContext): Promise<boolean> {
    const { selectState, removeTotp, removePasskeys } = this.#statements;
    return this.#parts.writer.write(() => {
      if (!selectState.get(userId)) return false;
      removeTotp.run(userId);
      removePasskeys.run(userId);
      this.#rows.removeDependent(userId);
      this.#parts.chain.append(context, { userId });
      return true;
    });
  }

  async sealedOtherwise(prefix: string, limit: number): Promise<{ userId: string; sealed: string }[]> {
    const rows = this.#parts.reader.read(() =>
      this.#statements.sealedOtherwise.all(prefix, limit, lastWith(prefix), limit),
    );
    return rows.slice(0, limit) as { userId: string; sealed: string }[];
  }

  async countSealed(prefix: string): Promise<{ all: number; otherwise: number }> {
    const row = this.#parts.reader.read(() => this.#statements.countSealed.get(prefix, lastWith(prefix)));
    return row as unknown as { all: number; otherwise: number };
  }

  reseal(userId: string, expected: string, replacement: string): Promise<boolean> {
    const { reseal } = this.#statements;
    return this.#parts.writer.write(() => reseal.run(replacement, userId, expected).changes > 0);
  }

  #select(userId: string): FactorRow | undefined {
    return this.#statements.select.get(userId) as FactorRow | undefined;
  }
}

/** A text behind all encrypted secrets that begin with a prefix, and before all others that come later. */
const lastWith = (prefix: string) => `${prefix}\u{10ffff}`;

function prepareAll(db: DatabaseSync) {
  const countOf = (table: string) =>
    `(SELECT count(*) FROM ${table} WHERE ${table}.user_id = second_factors.user_id)`;
  const sealed = 'SELECT user_id AS userId, totp_secret AS sealed FROM second_factors';
  return {
    select: db.prepare(
      `SELECT since, totp_secret AS sealed, totp_step AS lastStep, totp_enrolled_at AS enrolledAt, failures,
              ${countOf('recovery_codes')} AS recoveryCodes, ${countOf('passkeys')} AS passkeys
       FROM second_factors WHERE user_id = ?`,
    ),
    selectState: db.prepare(
      'SELECT failures, totp_step AS lastStep, totp_secret AS sealed FROM second_factors WHERE user_id = ?',
    ),
    // A new secret begins without refused codes.
    enrol: db.prepare(
      `UPDATE second_factors SET totp_secret = ?, totp_enrolled_at = ?, totp_step = ?, failures = 0
       WHERE user_id = ?`,
    ),
    useCode: db.prepare('DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = unhex(?)'),
    setFailures: db.prepare('UPDATE second_factors SET failures = ? WHERE user_id = ?'),
    acceptStep: db.prepare(
      `UPDATE second_factors SET failures = 0, totp_step = ?, totp_secret = coalesce(?, totp_secret)
       WHERE user_id = ?`,
    ),
    removeTotp: db.prepare(
      `UPDATE second_factors SET totp_secret = NULL, totp_enrolled_at = NULL, totp_step = NULL WHERE user_id = ?`,
    ),
    removePasskeys: db.prepare('DELETE FROM passkeys WHERE user_id = ?'),
    // Two ranges of the index, so that few remaining secrets are found at once among many.
    sealedOtherwise: db.prepare(
      `SELECT * FROM (${sealed} WHERE totp_secret < ? LIMIT ?)
       UNION ALL SELECT * FROM (${sealed} WHERE totp_secret > ? LIMIT ?)`,
    ),
    countSealed: db.prepare(
      `SELECT count(*) AS "all", count(*) FILTER (WHERE totp_secret < ? OR totp_secret > ?) AS otherwise
       FROM second_factors WHERE totp_secret IS NOT NULL`,
    ),
    reseal: db.prepare('UPDATE second_factors SET totp_secret = ? WHERE user_id = ? AND totp_secret = ?'),
  };
}
