/** The store of imports in PostgreSQL, which is loaded when the first import, or the first look at what was imported, needs it. */

import type {
  AccountOutcome,
  AccountToImport,
  AuditContext,
  HashKinds,
  HashToWrap,
  ImportRun,
  ImportStore,
  SessionOutcome,
  SessionToImport,
} from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { assertAccounts, assertBatch } from '../../shared/imports/assert-batch.ts';
import {
  hashKindsOf,
  type KindSample,
  maxCounted,
  maxKinds,
  maxOwnRead,
  type ReadCredential,
} from '../../shared/imports/hash-kinds.ts';
import type { AuditOutbox } from '../audit/audit-outbox.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import { isDuplicate } from '../connection/errors.ts';
import { byteaArray } from '../connection/text.ts';
import type { Database, InStep } from '../connection/transaction.ts';
import type { SessionRemoval } from '../sessions/session-removal.ts';
import { deleteSessions } from '../sessions/session-rows.ts';
import { lockUserExclusive } from '../user-lock.ts';
import { OvertakenImport, writeAccounts } from './imported-accounts.ts';
import { writeSessions } from './imported-sessions.ts';

export interface ImportParts {
  readonly db: Database;
  readonly outbox: AuditOutbox;
  readonly notifier: RevocationNotifier;
  /** Ends sessions inside a step. */
  readonly removal: SessionRemoval;
  readonly digest: Digest;
}

/** How often a step begins again because another one took a name or an id while it waited. */
const maxOvertaken = 5;

/** Carries the outcomes of a dry run out of the step that it takes back. */
class DryRun<Outcome> extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('A dry run is taken back.');
    this.outcome = outcome;
  }
}

export function importStore(parts: ImportParts): ImportStore {
  return new PostgresImports(parts);
}

class PostgresImports implements ImportStore {
  readonly #parts: ImportParts;

  constructor(parts: ImportParts) {
    this.#parts = parts;
  }

  async writeAccounts(
    accounts: readonly AccountToImport[],
    run: ImportRun,
    context: AuditContext,
  ): Promise<readonly AccountOutcome[]> {
    assertAccounts(accounts);
    for (let overtaken = 0; ; overtaken += 1) {
      try {
        return await this.#step(run, (inStep) => writeAccounts(inStep, this.#parts, accounts, run, context));
      } catch (error) {
        const isOvertaken = error instanceof OvertakenImport || isDuplicate(error);
        if (!isOvertaken || overtaken === maxOvertaken) throw error;
      }
    }
  }

  async writeSessions(
    sessions: readonly SessionToImport[],
    run: ImportRun,
  ): Promise<readonly SessionOutcome[]> {
    const { notifier, digest } = this.#parts;
    assertBatch(sessions);
    return this.#step(run, async (inStep) => {
      const outcomes = await writeSessions(inStep, digest, sessions, run);
      const userId = sessions[outcomes.indexOf('imported')]?.userId;
      if (userId === undefined) return outcomes;
      // An id that was presented before may be cached as dead: when any user changes, all nodes forget the dead ids.
      await inStep(`INSERT INTO revocations (kind, key) VALUES ('user', $1)`, [userId]);
      if (!run.isDryRun) inStep.afterwards(() => notifier.userRevoked(userId));
      return outcomes;
    });
  }

  liveFrom(source: string, at: number, after: string, limit: number): Promise<readonly string[]> {
    return this.#parts.db.step(async (run) => {
      await run(byIndex);
      const { rows } = await run<{ idHash: string }>(live, [source, at, after, limit]);
      return rows.map(({ idHash }) => idHash);
    }, 'long');
  }

  prune(source: string, idHashes: readonly string[], context: AuditContext): Promise<number> {
    return this.#parts.db.step(async (run) => {
      await run(byIndex);
      const { rows } = await run<{ idHash: string; userId: string }>(
        `SELECT encode(id_hash, 'hex') AS "idHash", user_id AS "userId" FROM imported_sessions
         WHERE id_hash = ANY ($1::bytea[]) AND source = $2`,
        [byteaArray(idHashes), source],
      );
      if (rows.length === 0) return 0;
      // In the order of all steps, so that no two wait for each other: users, and then sessions.
      await run('SELECT 1 FROM users WHERE id = ANY ($1::text[]) ORDER BY id FOR SHARE', [
        rows.map(({ userId }) => userId),
      ]);
      const which = 'id_hash = ANY ($1::bytea[])';
      const ids = [byteaArray(rows.map(({ idHash }) => idHash))];
      await run(`SELECT 1 FROM sessions WHERE ${which} ORDER BY id_hash FOR UPDATE`, ids);
      const gone = await deleteSessions(run, which, ids);
      return (await this.#parts.removal.ended(run, gone, context)).length;
    });
  }

  wrapHash({ userId, expected, passwordHash, hashKind }: HashToWrap, context?: AuditContext) {
    return this.#parts.db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { count } = await run(
        'UPDATE auth SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2',
        [userId, expected, passwordHash],
      );
      if (count === 0) return false;
      // The trigger has taken it for a hash of another password.
      await run('UPDATE imported_accounts SET hash_kind = $2 WHERE user_id = $1', [userId, hashKind]);
      await this.#parts.outbox.add(run, context, { userId });
      return true;
    });
  }

  credentialsWith(prefixes: readonly string[], after: string, limit: number) {
    return this.#parts.db.step(async (run) => {
      await run(byIndex);
      const { rows } = await run<{ userId: string; passwordHash: string }>(
        `SELECT user_id AS "userId", password_hash AS "passwordHash" ${credentials}
         AND user_id > $2 ORDER BY user_id LIMIT $3`,
        [prefixes, after, limit],
      );
      return rows;
    }, 'long');
  }

  countWith(prefixes: readonly string[]): Promise<number> {
    return this.#parts.db.step(async (run) => {
      const { rows } = await run<{ count: number }>(`SELECT count(*) AS count ${credentials}`, [prefixes]);
      return rows[0]?.count ?? 0;
    }, 'long');
  }

  hashKinds(): Promise<readonly HashKinds[]> {
    return this.#parts.db.step(async (run) => {
      await run(byIndex);
      const { rows: kinds } = await run<KindSample>(sampledKinds, [maxCounted]);
      if (kinds.length === 0) return [];
      const { rows: read } = await run<ReadCredential>(readCredentials, [maxOwnRead]);
      return hashKindsOf(kinds, read);
    });
  }

  /** Runs a step; a dry run is taken back at its end. */
  async #step<Outcome>(run: ImportRun, step: (inStep: InStep) => Promise<Outcome>): Promise<Outcome> {
    try {
      return await this.#parts.db.step(async (inStep) => {
        await inStep(byIndex);
        const outcome = await step(inStep);
        if (run.isDryRun) throw new DryRun(outcome);
        return outcome;
      }, 'long');
    } catch (error) {
      if (error instanceof DryRun) return error.outcome;
      throw error;
    }
  }
}

/**
 * Rows are looked up one by one, or read in the order of an index up to a limit. Without statistics, and in a small table, the
 * planner would read all rows of a table for each batch or page, and sort them.
 */
const byIndex = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
  set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('enable_sort', 'off', true)`;

const live = `SELECT encode(known.id_hash, 'hex') AS "idHash"
  FROM imported_sessions AS known JOIN sessions ON sessions.id_hash = known.id_hash
  WHERE source = $1 AND idle_expires_at > $2 AND known.id_hash > decode($3, 'hex') ORDER BY known.id_hash LIMIT $4`;

/** Imported credentials whose hash begins with one of a list of prefixes. */
const credentials = `FROM imported_accounts JOIN auth USING (user_id)
  WHERE hash_kind <> '' AND EXISTS (SELECT FROM unnest($1::text[]) AS prefix WHERE starts_with(password_hash, prefix))`;

/** From one kind to the next over the index, and as many accounts of each as are counted. */
const sampledKinds = `WITH RECURSIVE kinds (form, kind) AS (
    (SELECT name_form, hash_kind FROM imported_accounts ORDER BY name_form, hash_kind LIMIT 1)
    UNION ALL
    SELECT next.* FROM kinds, LATERAL (
      SELECT name_form, hash_kind FROM imported_accounts WHERE (name_form, hash_kind) > (kinds.form, kinds.kind)
      ORDER BY name_form, hash_kind LIMIT 1) AS next
  )
  SELECT form, kind, seen, "lastKey", example
  FROM (SELECT * FROM kinds LIMIT ${maxKinds}) AS kinds,
    LATERAL (SELECT count(*) AS seen, max(sample_key) AS "lastKey" FROM (
      SELECT sample_key FROM imported_accounts WHERE name_form = form AND hash_kind = kind
      ORDER BY sample_key LIMIT $1) AS sample) AS counted,
    LATERAL (SELECT (SELECT password_hash FROM auth WHERE user_id = (
      SELECT user_id FROM imported_accounts WHERE name_form = form AND hash_kind = kind
      ORDER BY sample_key LIMIT 1)) AS example) AS exemplary`;

const readCredentials = `SELECT first.user_id AS "userId", canonical, source IS NOT NULL AS "isImported"
  FROM (SELECT user_id, canonical FROM auth ORDER BY user_id LIMIT $1) AS first
    LEFT JOIN imported_accounts ON imported_accounts.user_id = first.user_id
  ORDER BY first.user_id`;
