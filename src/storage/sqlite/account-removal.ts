/** Removes and disables accounts: the account itself at once, its many rows in steps. */

import type { DatabaseSync } from 'node:sqlite';
import type { AuditContext } from '../port/port.ts';
import type { Digest } from '../shared/audit-chain.ts';
import { removedKeyOf } from '../shared/imports/removed-key.ts';
import type { SessionRemoval } from './sessions/session-removal.ts';

/** A row in `users` with `disabled_at` 0 has no account any more; it waits for the removal of its sessions and devices. */
export const isNotRemoved = 'disabled_at IS NOT 0';

/** Call every method inside a step of the writer. */
export interface Removal {
  /** Removes an account; `false` if it does not exist. */
  begin(userId: string, limit: number, context: AuditContext | undefined): boolean;
  /** Takes one step in removing the rest of an account; `false` if there is none. */
  continueRemoval(limit: number, context: AuditContext | undefined): boolean;
  /** Ends sessions of one disabled user; returns the id to continue after, `undefined` at the end. */
  endOfDisabled(after: string, limit: number, context: AuditContext): string | undefined;
}

export function removalIn(db: DatabaseSync, sessions: SessionRemoval, digest: Digest): Removal {
  const isWaiting = db.prepare('SELECT 1 FROM users WHERE id = ? AND disabled_at = 0');
  const selectWaiting = db.prepare('SELECT id FROM users WHERE disabled_at = 0 LIMIT 1');
  const selectDisabled = db.prepare(
    `SELECT id, EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id) AS isSignedIn FROM users
     WHERE disabled_at > 0 AND id > ? ORDER BY id LIMIT ?`,
  );
  const removeAuth = db.prepare('DELETE FROM auth WHERE user_id = ?');
  // Few rows each: tokens and factors of a user have limits.
  const removeFew = ['tokens', 'second_factors', 'recovery_codes', 'passkeys', 'browser_tokens'].map(
    (table) => db.prepare(`DELETE FROM ${table} WHERE user_id = ?`),
  );
  const removeDevices = db.prepare(
    `DELETE FROM devices WHERE (user_id, device_hash) IN
     (SELECT user_id, device_hash FROM devices WHERE user_id = ? LIMIT ?)`,
  );
  const removeImportedSessions = db.prepare(
    `DELETE FROM imported_sessions WHERE id_hash IN
     (SELECT id_hash FROM imported_sessions WHERE user_id = ? LIMIT ?)`,
  );
  const removeImported = db.prepare('DELETE FROM imported_accounts WHERE user_id = ? RETURNING source');
  const keepRemoved = db.prepare(
    'INSERT INTO imported_removed (account_hash) VALUES (unhex(?)) ON CONFLICT DO NOTHING',
  );
  const removeUser = db.prepare('DELETE FROM users WHERE id = ?');
  const markRemoved = db.prepare(
    'UPDATE users SET disabled_at = 0, email = NULL, email_verified_at = NULL WHERE id = ?',
  );

  /** Leaves a mark that an imported account was removed here, so that another import does not bring it back (ruling I4). */
  function forgetImport(userId: string): void {
    for (const { source } of removeImported.all(userId))
      keepRemoved.run(removedKeyOf(digest, String(source), userId));
  }

  /** Removes sessions, their marks of an import, and devices, at most `limit` of each; `isDone` if none is left. */
  function drop(userId: string, limit: number, context: AuditContext | undefined) {
    const gone = sessions.dropOfUser(userId, limit, context);
    const devices = Number(removeDevices.run(userId, limit).changes);
    const marks = Number(removeImportedSessions.run(userId, limit).changes);
    return { devices, isDone: gone < limit && devices < limit && marks < limit };
  }

  return {
    begin(userId, limit, context) {
      if (isWaiting.get(userId)) return false;
      const { devices, isDone } = drop(userId, limit, context);
      forgetImport(userId);
      const changes = [removeAuth, ...removeFew, isDone ? removeUser : markRemoved].map(
        (statement) => statement.run(userId).changes,
      );
      return devices > 0 || changes.some((count) => count > 0);
    },

    continueRemoval(limit, context) {
      const id = selectWaiting.get()?.['id'];
      if (id === undefined) return false;
      if (drop(String(id), limit, context).isDone) removeUser.run(id);
      return true;
    },

    endOfDisabled(after, limit, context) {
      const rows = selectDisabled.all(after, limit) as { id: string; isSignedIn: number }[];
      const place = rows.findIndex(({ isSignedIn }) => isSignedIn === 1);
      if (place < 0) return rows.length === limit ? rows.at(-1)?.id : undefined;
      const { id } = rows[place] as { id: string };
      const isDone = sessions.endOfUser(id, undefined, limit, context).length < limit;
      return isDone ? id : (rows[place - 1]?.id ?? after);
    },
  };
}
