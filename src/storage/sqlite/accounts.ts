/** Accounts in SQLite: a credential in `auth` and a user in `users`, written together and removed together. */

import type { DatabaseSync } from 'node:sqlite';
import type { AccountStore, Credential, User } from '../port/port.ts';
import { shares } from '../shared/session-cache.ts';
import { isNotRemoved, removalIn } from './account-removal.ts';
import type { AuditChain } from './audit/audit-chain.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';
import type { SessionsOfUser } from './sessions/sessions.ts';
import { usersByPage } from './users.ts';

const credentialColumns = `user_id AS userId, identifier, password_hash AS passwordHash,
  users.id IS NOT NULL AS hasUser, disabled_at IS NOT NULL AS isDisabled
  FROM auth LEFT JOIN users ON users.id = auth.user_id`;

/** The columns of a user that has both rows. */
const userColumns = `users.id, identifier, users.created_at AS createdAt, email,
  email_verified_at AS emailVerifiedAt, disabled_at AS disabledAt`;

/** `ofUser` removes the sessions of a user inside a step. */
export function accountsIn(
  db: DatabaseSync,
  reader: Reader,
  writer: Writer,
  chain: AuditChain,
  ofUser: SessionsOfUser,
): AccountStore {
  const insertAuth = db.prepare(
    `INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (canonical) DO NOTHING`,
  );
  const isInvited = db.prepare(
    'SELECT 1 FROM invitations WHERE canonical = ? AND token_hash = unhex(?) AND expires_at > ?',
  );
  const removeInvitation = db.prepare('DELETE FROM invitations WHERE canonical = ?');
  const insertUser = db.prepare('INSERT INTO users (id, created_at, email) VALUES (?, ?, ?)');
  const selectCredential = db.prepare(`SELECT ${credentialColumns} WHERE canonical = ?`);
  const selectCredentialOf = db.prepare(`SELECT ${credentialColumns} WHERE user_id = ?`);
  const selectUser = db.prepare(
    `SELECT ${userColumns} FROM users JOIN auth ON auth.user_id = users.id WHERE users.id = ?`,
  );
  const isHash = db.prepare('SELECT 1 FROM auth WHERE user_id = ? AND password_hash = ?');
  const updateHash = db.prepare('UPDATE auth SET password_hash = ? WHERE user_id = ?');
  const updateVerified = db.prepare('UPDATE users SET email_verified_at = ? WHERE id = ? AND email = ?');
  const updateEmail = db.prepare('UPDATE users SET email = ?, email_verified_at = ? WHERE id = ?');
  // A name that is taken leaves the row as it is, and shows as no change.
  const rename = db.prepare('UPDATE OR IGNORE auth SET identifier = ?, canonical = ? WHERE user_id = ?');
  const updateDisabled = db.prepare(
    `UPDATE users SET disabled_at = ? WHERE id = ? AND (disabled_at IS NULL) = ? AND ${isNotRemoved}`,
  );
  const isUser = db.prepare(`SELECT 1 FROM users WHERE id = ? AND ${isNotRemoved}`);
  const removal = removalIn(db, ofUser);

  const users = reader.remembering(shares.users, (userId) => selectUser.get(userId) as User | undefined);

  return {
    create: (account, context, invitation) =>
      writer.write(() => {
        const { canonical, identifier, userId, passwordHash, createdAt, email } = account;
        if (invitation && !isInvited.get(canonical, invitation.tokenHash, invitation.at))
          return 'not_invited';
        if (insertAuth.run(canonical, identifier, userId, passwordHash).changes === 0)
          return 'identifier_taken';
        insertUser.run(userId, createdAt, email);
        removeInvitation.run(canonical);
        users.forget(userId);
        chain.append(context, { userId });
        return 'created';
      }),

    findCredential: (canonical) => reader.read(() => credential(selectCredential.get(canonical))),

    findCredentialOf: (userId) => reader.read(() => credential(selectCredentialOf.get(userId))),

    findUser: users.find,

    list: usersByPage(db, reader, userColumns),

    replaceHash: (userId, expected, replacement, context, ending) =>
      writer.write(() => {
        if (!isHash.get(userId, expected)) return 'not_expected';
        const isMany = ending !== undefined && ofUser.hasMany(userId, ending);
        if (!isMany) {
          updateHash.run(replacement, userId);
          chain.append(context, { userId });
        }
        if (ending) ofUser.end(userId, ending.exceptHandle, ending.limit, ending.context);
        return isMany ? 'sessions_left' : 'replaced';
      }),

    verifyEmail: (userId, email, at, context) =>
      writer.write(() => {
        if (updateVerified.run(at, userId, email).changes === 0) return false;
        users.forget(userId);
        chain.append(context, { userId });
        return true;
      }),

    changeEmail: (userId, { email, canonical, verifiedAt }, context) =>
      writer.write(() => {
        const user = selectUser.get(userId) as User | undefined;
        if (!user) return 'unknown_account';
        const isNamedByAddress = user.identifier.includes('@');
        if (isNamedByAddress && rename.run(email, canonical, userId).changes === 0) return 'identifier_taken';
        updateEmail.run(email, verifiedAt, userId);
        users.forget(userId);
        chain.append(context, { userId });
        return 'changed';
      }),

    setDisabled: (userId, at, context) =>
      writer.write(() => {
        // What is disabled already keeps the instant it was disabled at: nothing happened, so no entry either.
        const { changes } = updateDisabled.run(at, userId, at === null ? 0 : 1);
        if (changes === 0) return isUser.get(userId) !== undefined;
        users.forget(userId);
        chain.append(context, { userId });
        return true;
      }),

    remove: (userId, limit, context) =>
      writer.write(() => {
        const removed = removal.begin(userId, limit, context);
        users.forget(userId);
        if (removed) chain.append(context, { userId });
        return removed;
      }),

    reclaim: (limit, context) => writer.write(() => removal.goOn(limit, context)),

    endOfDisabled: (after, limit, context) =>
      writer.write(() => removal.endOfDisabled(after, limit, context)),
  };
}

function credential(row: Record<string, unknown> | undefined): Credential | undefined {
  if (!row) return undefined;
  const flags = { hasUser: row['hasUser'] === 1, isDisabled: row['isDisabled'] === 1 };
  return { ...row, ...flags } as unknown as Credential;
}
