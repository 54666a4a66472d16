/** Removes and disables accounts: the account itself at once, its many rows in steps. */

import type { AuditContext } from '../port/port.ts';
import type { Digest } from '../shared/audit-chain.ts';
import { removedKeyOf } from '../shared/imports/removed-key.ts';
import type { InStep, Run } from './connection/transaction.ts';
import type { SessionRemoval } from './sessions/session-removal.ts';
import { lockUserExclusive } from './user-lock.ts';

/**
 * Removes the rest of an account; `false` if there is none. If no user was locked, one that was made since keeps both its
 * rows. A row in `users` that waits for the removal of sessions and devices has `disabled_at` 0.
 */
export async function removeAccount(
  run: InStep,
  sessions: SessionRemoval,
  digest: Digest,
  userId: string,
  limit: number,
  context: AuditContext | undefined,
): Promise<boolean> {
  const isUser = await lockUserExclusive(run, userId);
  if (!isUser && (await isWaiting(run, userId))) return false;
  const { devices, isDone } = await drop(run, sessions, userId, limit, context);
  const few = await dropFew(run, userId);
  await forgetImport(run, digest, userId);
  if (isUser) await run(isDone ? removeUser : markRemoved, [userId]);
  const { count: credentials } = await run(
    'DELETE FROM auth WHERE user_id = $1 AND ($2 OR NOT EXISTS (SELECT 1 FROM users WHERE id = $1))',
    [userId, isUser],
  );
  return isUser || credentials + few + devices > 0;
}

/** Takes one step in removing the rest of an account that no other step has locked; `false` if there is none. */
export async function continueRemoval(
  run: InStep,
  sessions: SessionRemoval,
  limit: number,
  context: AuditContext | undefined,
): Promise<boolean> {
  const { rows } = await run<{ id: string }>(
    'SELECT id FROM users WHERE disabled_at = 0 LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  const [user] = rows;
  if (!user) return false;
  const { isDone } = await drop(run, sessions, user.id, limit, context);
  if (isDone) await run(removeUser, [user.id]);
  return true;
}

/** Ends sessions of one disabled user; returns the id to continue after, `undefined` at the end. */
export async function endOfDisabled(
  run: InStep,
  sessions: SessionRemoval,
  after: string,
  limit: number,
  context: AuditContext,
): Promise<string | undefined> {
  const { rows } = await run<{ id: string; isSignedIn: boolean }>(
    `WITH disabled AS (SELECT id FROM users WHERE disabled_at > 0 AND id > $1 ORDER BY id LIMIT $2)
     SELECT id, EXISTS (SELECT 1 FROM sessions WHERE user_id = disabled.id) AS "isSignedIn" FROM disabled ORDER BY id`,
    [after, limit],
  );
  const place = rows.findIndex(({ isSignedIn }) => isSignedIn);
  const user = rows[place];
  if (!user) return rows.length === limit ? rows.at(-1)?.id : undefined;
  // The user may have been enabled meanwhile, and have logged in.
  const { rows: held } = await run('SELECT 1 FROM users WHERE id = $1 AND disabled_at > 0 FOR UPDATE', [
    user.id,
  ]);
  const isDone =
    held.length === 0 || (await sessions.endOfUser(run, user.id, undefined, limit, context)).length < limit;
  return isDone ? user.id : (rows[place - 1]?.id ?? after);
}

const removeUser = 'DELETE FROM users WHERE id = $1';
const markRemoved = 'UPDATE users SET disabled_at = 0, email = NULL, email_verified_at = NULL WHERE id = $1';

/** Removes sessions, their marks of an import, and devices, at most `limit` of each; `isDone` if none is left. */
async function drop(
  run: InStep,
  sessions: SessionRemoval,
  userId: string,
  limit: number,
  context: AuditContext | undefined,
): Promise<{ readonly devices: number; readonly isDone: boolean }> {
  const gone = await sessions.dropOfUser(run, userId, limit, context);
  const { count: devices } = await run(
    `DELETE FROM devices WHERE user_id = $1 AND device_hash = ANY (ARRAY (
       SELECT device_hash FROM devices WHERE user_id = $1 ORDER BY device_hash LIMIT $2))`,
    [userId, limit],
  );
  const { count: marks } = await run(
    `DELETE FROM imported_sessions WHERE user_id = $1 AND id_hash = ANY (ARRAY (
       SELECT id_hash FROM imported_sessions WHERE user_id = $1 LIMIT $2))`,
    [userId, limit],
  );
  return { devices, isDone: gone < limit && devices < limit && marks < limit };
}

/** Removes the rows that every user has few of, because they have limits; returns how many. */
async function dropFew(run: Run, userId: string): Promise<number> {
  let removed = 0;
  for (const table of ['tokens', 'second_factors', 'recovery_codes', 'passkeys', 'browser_tokens'])
    removed += (await run(`DELETE FROM ${table} WHERE user_id = $1`, [userId])).count;
  return removed;
}

/** Leaves a mark that an imported account was removed here, so that another import does not bring it back (ruling I4). */
async function forgetImport(run: Run, digest: Digest, userId: string): Promise<void> {
  const { rows } = await run<{ source: string }>(
    'DELETE FROM imported_accounts WHERE user_id = $1 RETURNING source',
    [userId],
  );
  for (const { source } of rows)
    await run(`INSERT INTO imported_removed VALUES (decode($1, 'hex')) ON CONFLICT DO NOTHING`, [
      removedKeyOf(digest, source, userId),
    ]);
}

async function isWaiting(run: Run, userId: string): Promise<boolean> {
  const { rows } = await run('SELECT 1 FROM users WHERE id = $1 AND disabled_at = 0', [userId]);
  return rows.length > 0;
}
