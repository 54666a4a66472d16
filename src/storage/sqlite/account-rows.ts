/** Statements on the rows of accounts: of credentials in `auth`, and of users. */

import type { DatabaseSync } from 'node:sqlite';
import { isNotRemoved } from './account-removal.ts';

export function accountStatements(db: DatabaseSync) {
  const credentials = `SELECT auth.user_id AS userId, identifier, password_hash AS passwordHash,
      users.id IS NOT NULL AS hasUser, disabled_at IS NOT NULL AS isDisabled,
      EXISTS (SELECT 1 FROM second_factors WHERE second_factors.user_id = auth.user_id) AS hasSecondFactor
    FROM auth LEFT JOIN users ON users.id = auth.user_id`;
  return {
    insertAuth: db.prepare(
      `INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES (?, ?, ?, ?)
       ON CONFLICT (canonical) DO NOTHING`,
    ),
    isInvited: db.prepare(
      'SELECT 1 FROM invitations WHERE canonical = ? AND token_hash = unhex(?) AND expires_at > ?',
    ),
    removeInvitation: db.prepare('DELETE FROM invitations WHERE canonical = ?'),
    insertUser: db.prepare('INSERT INTO users (id, created_at, email) VALUES (?, ?, ?)'),
    selectCredential: db.prepare(`${credentials} WHERE canonical = ?`),
    selectCredentialOf: db.prepare(`${credentials} WHERE auth.user_id = ?`),
    isHash: db.prepare('SELECT 1 FROM auth WHERE user_id = ? AND password_hash = ?'),
    updateHash: db.prepare('UPDATE auth SET password_hash = ? WHERE user_id = ?'),
    removeBrowserTokens: db.prepare('DELETE FROM browser_tokens WHERE user_id = ?'),
    updateVerified: db.prepare('UPDATE users SET email_verified_at = ? WHERE id = ? AND email = ?'),
    updateEmail: db.prepare('UPDATE users SET email = ?, email_verified_at = ? WHERE id = ?'),
    // If the name is taken, the row stays and no change is counted.
    rename: db.prepare('UPDATE OR IGNORE auth SET identifier = ?, canonical = ? WHERE user_id = ?'),
    updateDisabled: db.prepare(
      `UPDATE users SET disabled_at = ? WHERE id = ? AND (disabled_at IS NULL) = ? AND ${isNotRemoved}`,
    ),
    isUser: db.prepare(`SELECT 1 FROM users WHERE id = ? AND ${isNotRemoved}`),
  };
}
