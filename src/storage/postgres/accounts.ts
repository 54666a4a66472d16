/** Accounts in PostgreSQL: a name, a credential and a user, written together and removed together. */

import type { Awaitable } from '../port/awaitable.ts';
import type {
  AccountStore,
  AuditContext,
  Credential,
  Freshness,
  NewAccount,
  NewEmail,
  UsedInvitation,
  User,
} from '../port/port.ts';
import { endOfDisabled, giveUpName, goOnRemoving, removeAccount } from './account-removal.ts';
import type { AuditOutbox } from './audit/audit-outbox.ts';
import { isStorable } from './connection/text.ts';
import type { Database, InStep, Run } from './connection/transaction.ts';
import { dropInvitation, holdInvitation } from './invitations.ts';
import type { SessionsOfUser } from './sessions/sessions.ts';
import { lockUserExclusive } from './user-lock.ts';
import { selectUser, usersByPage } from './users.ts';

/** The memory of users that were looked up lately. */
export interface Remembered {
  find(userId: string, freshness?: Freshness): Awaitable<User | undefined>;
  forget(userId: string): void;
}

interface Kept extends Credential {
  readonly canonical: string;
}

const selectCredential = `SELECT canonical, user_id AS "userId", identifier, password_hash AS "passwordHash",
    users.id IS NOT NULL AS "hasUser", disabled_at IS NOT NULL AS "isDisabled"
  FROM auth LEFT JOIN users ON users.id = auth.user_id WHERE user_id = $1`;

/** `ofUser` removes the sessions of a user inside a step. */
export function accountsIn(
  db: Database,
  outbox: AuditOutbox,
  ofUser: SessionsOfUser,
  users: Remembered,
): AccountStore {
  /** A step after which what is remembered of a user holds no longer, whatever became of it. */
  function changing<Result>(userId: string, work: (run: InStep) => Promise<Result>): Promise<Result> {
    return db.step((run) => {
      run.afterwards(() => users.forget(userId));
      return work(run);
    });
  }

  async function keptOf(userId: string): Promise<Kept | undefined> {
    const { rows } = await db.read<Kept>(selectCredential, [userId]);
    return rows[0];
  }

  return {
    create: (account, context, invitation) =>
      db.step((run) => create(run, outbox, account, context, invitation)),

    async findCredential(canonical) {
      if (!isStorable(canonical)) return undefined;
      const { rows } = await db.read<{ userId: string }>(
        'SELECT user_id AS "userId" FROM names WHERE canonical = $1',
        [canonical],
      );
      // A name without an owner costs both questions too, the second one about an id that no user has.
      const kept = await keptOf(rows[0]?.userId ?? '');
      // Between the two questions the name may have been given up.
      return kept?.canonical === canonical ? credential(kept) : undefined;
    },

    async findCredentialOf(userId) {
      const kept = isStorable(userId) ? await keptOf(userId) : undefined;
      return kept && credential(kept);
    },

    findUser: (userId, freshness) => (isStorable(userId) ? users.find(userId, freshness) : undefined),

    list: usersByPage(db),

    replaceHash: (userId, expected, replacement, context, ending) =>
      db.step(async (run) => {
        await lockUserExclusive(run, userId);
        const { rows } = await run(
          'SELECT 1 FROM auth WHERE user_id = $1 AND password_hash = $2 FOR UPDATE',
          [userId, expected],
        );
        if (rows.length === 0) return 'not_expected';
        const isMany = ending !== undefined && (await ofUser.hasMany(run, userId, ending));
        if (!isMany) {
          await run('UPDATE auth SET password_hash = $1 WHERE user_id = $2', [replacement, userId]);
          await outbox.add(run, context, { userId });
        }
        if (ending) await ofUser.end(run, userId, ending.exceptHandle, ending.limit, ending.context);
        return isMany ? 'sessions_left' : 'replaced';
      }),

    verifyEmail: (userId, email, at, context) =>
      changing(userId, async (run) => {
        const { count } = await run('UPDATE users SET email_verified_at = $1 WHERE id = $2 AND email = $3', [
          at,
          userId,
          email,
        ]);
        if (count === 0) return false;
        await outbox.add(run, context, { userId });
        return true;
      }),

    changeEmail: (userId, to, context) =>
      changing(userId, async (run) => {
        // Read after it is held: a question that had to wait would not see what changed meanwhile.
        await lockUserExclusive(run, userId);
        const { rows } = await run<User>(selectUser, [userId]);
        if (!rows[0]) return 'unknown_account';
        const isNamedByAddress = rows[0].identifier.includes('@');
        if (isNamedByAddress && !(await rename(run, userId, to))) return 'identifier_taken';
        await run('UPDATE users SET email = $1, email_verified_at = $2 WHERE id = $3', [
          to.email,
          to.verifiedAt,
          userId,
        ]);
        await outbox.add(run, context, { userId });
        return 'changed';
      }),

    setDisabled: (userId, at, context) =>
      changing(userId, async (run) => {
        if (!(await lockUserExclusive(run, userId))) return false;
        // What is disabled already keeps the instant it was disabled at: nothing happened, so no entry either.
        const { count } = await run(
          'UPDATE users SET disabled_at = $1 WHERE id = $2 AND (disabled_at IS NULL) = $3',
          [at, userId, at !== null],
        );
        if (count > 0) await outbox.add(run, context, { userId });
        return true;
      }),

    remove: (userId, limit, context) =>
      changing(userId, async (run) => {
        const removed = await removeAccount(run, ofUser, userId, limit, context);
        if (removed) await outbox.add(run, context, { userId });
        return removed;
      }),

    reclaim: (limit, context) => db.step((run) => goOnRemoving(run, ofUser, limit, context)),

    endOfDisabled: (after, limit, context) =>
      db.step((run) => endOfDisabled(run, ofUser, after, limit, context)),
  };
}

async function create(
  run: InStep,
  outbox: AuditOutbox,
  { canonical, identifier, userId, passwordHash, createdAt, email }: NewAccount,
  context: AuditContext | undefined,
  invitation: UsedInvitation | undefined,
): Promise<'created' | 'identifier_taken' | 'not_invited'> {
  const found = await holdInvitation(run, canonical, invitation);
  if (invitation && found !== 'this') return 'not_invited';
  if (!(await takeName(run, canonical, userId))) return 'identifier_taken';
  await run('INSERT INTO auth (user_id, canonical, identifier, password_hash) VALUES ($1, $2, $3, $4)', [
    userId,
    canonical,
    identifier,
    passwordHash,
  ]);
  await run('INSERT INTO users (id, created_at, email) VALUES ($1, $2, $3)', [userId, createdAt, email]);
  if (found !== 'none') await dropInvitation(run, canonical);
  await outbox.add(run, context, { userId });
  return 'created';
}

/** Takes a name for a user; `false` if it is taken. A step that is just giving it up, or taking it, is waited for. */
async function takeName(run: Run, canonical: string, userId: string): Promise<boolean> {
  const { count } = await run(
    'INSERT INTO names (canonical, user_id) VALUES ($1, $2) ON CONFLICT (canonical) DO NOTHING',
    [canonical, userId],
  );
  return count > 0;
}

/** Gives a user that has a credential another name; `false` if that is taken. */
async function rename(run: Run, userId: string, { email, canonical }: NewEmail): Promise<boolean> {
  const { rows } = await run<Kept>(selectCredential, [userId]);
  const old = rows[0]?.canonical;
  const isOther = old !== canonical;
  if (isOther && !(await takeName(run, canonical, userId))) return false;
  await run('UPDATE auth SET identifier = $1, canonical = $2 WHERE user_id = $3', [email, canonical, userId]);
  if (isOther && old !== undefined) await giveUpName(run, old, userId);
  return true;
}

function credential({ userId, identifier, passwordHash, hasUser, isDisabled }: Kept): Credential {
  return { userId, identifier, passwordHash, hasUser, isDisabled };
}
