/** Accounts in PostgreSQL: a credential in `auth` and a user in `users`, written together and removed together. */

import type {
  AccountStore,
  AuditContext,
  Credential,
  Ending,
  NewAccount,
  NewEmail,
  UsedInvitation,
  User,
  UserQuery,
} from '../port/port.ts';
import type { Digest } from '../shared/audit-chain.ts';
import { continueRemoval, endOfDisabled, removeAccount } from './account-removal.ts';
import type { AuditOutbox } from './audit/audit-outbox.ts';
import type { RevocationNotifier } from './cluster/revocation-notifier.ts';
import { isDuplicate } from './connection/errors.ts';
import { isStorable } from './connection/text.ts';
import type { Database, InStep, Run } from './connection/transaction.ts';
import { dropInvitation, holdInvitation } from './invitations.ts';
import type { SessionRemoval } from './sessions/session-removal.ts';
import { hasMany } from './sessions/session-rows.ts';
import { lockUserExclusive } from './user-lock.ts';
import { selectUser, usersByPage } from './users.ts';

const selectCredential = `SELECT auth.user_id AS "userId", identifier, password_hash AS "passwordHash",
    users.id IS NOT NULL AS "hasUser", disabled_at IS NOT NULL AS "isDisabled",
    EXISTS (SELECT 1 FROM second_factors WHERE second_factors.user_id = auth.user_id) AS "hasSecondFactor"
  FROM auth LEFT JOIN users ON users.id = auth.user_id`;

export interface AccountParts {
  readonly db: Database;
  readonly outbox: AuditOutbox;
  /** Ends sessions of a user inside a step. */
  readonly sessions: SessionRemoval;
  readonly notifier: RevocationNotifier;
  readonly digest: Digest;
}

export class PostgresAccounts implements AccountStore {
  readonly #db: Database;
  readonly #outbox: AuditOutbox;
  readonly #sessions: SessionRemoval;
  readonly #notifier: RevocationNotifier;
  readonly #digest: Digest;

  constructor({ db, outbox, sessions, notifier, digest }: AccountParts) {
    this.#db = db;
    this.#digest = digest;
    this.#outbox = outbox;
    this.#sessions = sessions;
    this.#notifier = notifier;
  }

  create(
    account: NewAccount,
    context?: AuditContext,
    invitation?: UsedInvitation,
  ): Promise<'created' | 'identifier_taken' | 'not_invited'> {
    const { canonical, identifier, userId, passwordHash, createdAt, email } = account;
    return this.#db.step(async (run) => {
      const found = await holdInvitation(run, canonical, invitation);
      if (invitation && found !== 'this') return 'not_invited';
      // Waits for a concurrent step that takes or frees the name.
      const { count } = await run(
        `INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (canonical) DO NOTHING`,
        [canonical, identifier, userId, passwordHash],
      );
      if (count === 0) return 'identifier_taken';
      await run('INSERT INTO users (id, created_at, email) VALUES ($1, $2, $3)', [userId, createdAt, email]);
      if (found !== 'none') await dropInvitation(run, canonical);
      await this.#outbox.add(run, context, { userId });
      return 'created';
    });
  }

  async findCredential(canonical: string): Promise<Credential | undefined> {
    if (!isStorable(canonical)) return undefined;
    const { rows } = await this.#db.read<Credential>(`${selectCredential} WHERE canonical = $1`, [canonical]);
    return rows[0];
  }

  async findCredentialOf(userId: string): Promise<Credential | undefined> {
    if (!isStorable(userId)) return undefined;
    const { rows } = await this.#db.read<Credential>(`${selectCredential} WHERE auth.user_id = $1`, [userId]);
    return rows[0];
  }

  async findUser(userId: string): Promise<User | undefined> {
    if (!isStorable(userId)) return undefined;
    return (await this.#db.read<User>(selectUser, [userId])).rows[0];
  }

  list(query: UserQuery): Promise<User[]> {
    return usersByPage(this.#db, query);
  }

  replaceHash(
    userId: string,
    expected: string,
    replacement: string,
    context?: AuditContext,
    ending?: Ending,
  ): Promise<'replaced' | 'not_expected' | 'sessions_left'> {
    return this.#db.step(async (run) => {
      await lockUserExclusive(run, userId);
      const { rows } = await run('SELECT 1 FROM auth WHERE user_id = $1 AND password_hash = $2 FOR UPDATE', [
        userId,
        expected,
      ]);
      if (rows.length === 0) return 'not_expected';
      const isMany = ending !== undefined && (await hasMany(run, userId, ending));
      if (!isMany) {
        await run('UPDATE auth SET password_hash = $1 WHERE user_id = $2', [replacement, userId]);
        await this.#outbox.add(run, context, { userId });
      }
      if (ending && !isMany) await run('DELETE FROM browser_tokens WHERE user_id = $1', [userId]);
      if (ending)
        await this.#sessions.endOfUser(run, userId, ending.exceptHandle, ending.limit, ending.context);
      return isMany ? 'sessions_left' : 'replaced';
    });
  }

  verifyEmail(userId: string, email: string, at: number, context?: AuditContext): Promise<boolean> {
    return this.#changing(userId, async (run) => {
      const { count } = await run('UPDATE users SET email_verified_at = $1 WHERE id = $2 AND email = $3', [
        at,
        userId,
        email,
      ]);
      if (count === 0) return false;
      await this.#outbox.add(run, context, { userId });
      return true;
    });
  }

  async changeEmail(
    userId: string,
    to: NewEmail,
    context?: AuditContext,
  ): Promise<'changed' | 'identifier_taken' | 'unknown_account'> {
    try {
      return await this.#changing(userId, async (run) => {
        // Read after the lock: a query that waits for a lock does not see what changed meanwhile.
        await lockUserExclusive(run, userId);
        const { rows } = await run<User>(selectUser, [userId]);
        const [user] = rows;
        if (!user) return 'unknown_account';
        const isNamedByAddress = user.identifier.includes('@');
        if (isNamedByAddress && !(await rename(run, userId, to))) return 'identifier_taken';
        await run('UPDATE users SET email = $1, email_verified_at = $2 WHERE id = $3', [
          to.email,
          to.verifiedAt,
          userId,
        ]);
        await this.#outbox.add(run, context, { userId });
        return 'changed';
      });
    } catch (error) {
      if (isDuplicate(error)) return 'identifier_taken';
      throw error;
    }
  }

  setDisabled(userId: string, at: number | null, context?: AuditContext): Promise<boolean> {
    return this.#changing(userId, async (run) => {
      if (!(await lockUserExclusive(run, userId))) return false;
      // An account that is disabled already keeps its instant; without a change there is no audit entry.
      const { count } = await run(
        'UPDATE users SET disabled_at = $1 WHERE id = $2 AND (disabled_at IS NULL) = $3',
        [at, userId, at !== null],
      );
      if (count > 0) await this.#outbox.add(run, context, { userId });
      return true;
    });
  }

  remove(userId: string, limit: number, context?: AuditContext): Promise<boolean> {
    return this.#changing(userId, async (run) => {
      const removed = await removeAccount(run, this.#sessions, this.#digest, userId, limit, context);
      if (removed) await this.#outbox.add(run, context, { userId });
      return removed;
    });
  }

  reclaim(limit: number, context?: AuditContext): Promise<boolean> {
    return this.#db.step((run) => continueRemoval(run, this.#sessions, limit, context));
  }

  endOfDisabled(after: string, limit: number, context: AuditContext): Promise<string | undefined> {
    return this.#db.step((run) => endOfDisabled(run, this.#sessions, after, limit, context));
  }

  /** A step after which cached rows of the user are void on all nodes, even if it fails. */
  #changing<Result>(userId: string, work: (run: InStep) => Promise<Result>): Promise<Result> {
    return this.#db.step((run) => {
      run.afterwards(() => this.#notifier.userRevoked(userId));
      return work(run);
    });
  }
}

/**
 * Gives a user another name; `false` if another user has it. Waits for a concurrent step that takes the name, and then
 * rejects as a duplicate.
 */
async function rename(run: Run, userId: string, { email, canonical }: NewEmail): Promise<boolean> {
  const { count } = await run(
    `UPDATE auth SET identifier = $1, canonical = $2 WHERE user_id = $3
       AND NOT EXISTS (SELECT 1 FROM auth WHERE canonical = $2 AND user_id <> $3)`,
    [email, canonical, userId],
  );
  return count > 0;
}
