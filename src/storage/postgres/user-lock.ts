/**
 * Holds the row of a person until a step is over, so that what is added to them and what changes them come in turn.
 *
 * Every step that writes something of a person holds their row before it writes anything else of theirs. All steps lock
 * in one order, so that no two wait for each other: the row in `users`, then an invitation, then a new name in `auth`, then
 * what else is the person's, and last of all a name that is given up.
 */

import type { Run } from './connection/transaction.ts';

/** A row in `users` that was disabled at 0 has no account any more (see `account-removal.ts`). */
const isUser = 'id = $1 AND disabled_at IS DISTINCT FROM 0';

/** For what only adds: many may add at once, while no step changes or removes. `false` if there is no such user. */
export async function lockUserShared(run: Run, userId: string): Promise<boolean> {
  const { rows } = await run(`SELECT id FROM users WHERE ${isUser} FOR SHARE`, [userId]);
  return rows.length > 0;
}

/** For what ends or changes: no other step adds, ends or changes meanwhile. `false` if there is no such user. */
export async function lockUserExclusive(run: Run, userId: string): Promise<boolean> {
  const { rows } = await run(`SELECT id FROM users WHERE ${isUser} FOR UPDATE`, [userId]);
  return rows.length > 0;
}
