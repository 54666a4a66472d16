/**
 * Locks the row of a user until the step is over, so that additions and changes to the user are serialized.
 *
 * Every step that writes rows of a user locks the user's row first. All steps lock in one order, so that no two wait for
 * each other: the row in `users`, then an invitation, then a new name in `auth`, then other rows of the user, and last of
 * all a name that is given up.
 */

import type { Run } from './connection/transaction.ts';

/** A row in `users` with `disabled_at` 0 has no account any more (see `account-removal.ts`). */
const isUser = 'id = $1 AND disabled_at IS DISTINCT FROM 0';

/** For additions: many steps may add at once, while none changes or removes. `false` if the user does not exist. */
export async function lockUserShared(run: Run, userId: string): Promise<boolean> {
  const { rows } = await run(`SELECT id FROM users WHERE ${isUser} FOR SHARE`, [userId]);
  return rows.length > 0;
}

/** For changes and ends: no other step adds, ends or changes meanwhile. `false` if the user does not exist. */
export async function lockUserExclusive(run: Run, userId: string): Promise<boolean> {
  const { rows } = await run(`SELECT id FROM users WHERE ${isUser} FOR UPDATE`, [userId]);
  return rows.length > 0;
}
