/** Users by id, and by page in order of creation, searched in bounded steps however many there are. */

import type { AccountStore, User, UserQuery } from '../port/port.ts';
import { isStorable } from './connection/text.ts';
import type { Database } from './connection/transaction.ts';
import { userColumns } from './rows.ts';

/** A user that has both rows, by id. */
export const selectUser = `SELECT ${userColumns} FROM users JOIN auth ON auth.user_id = users.id WHERE users.id = $1`;

/** Users looked at in one statement; part of a name has no index, so a search may look at every user. */
const searchStep = 1_000;

/** Before the first user there can be. */
const beginning: NonNullable<UserQuery['after']> = { createdAt: Number.MIN_SAFE_INTEGER, id: '' };

interface Seen extends User {
  readonly matches: boolean;
}

const selectPage = `SELECT ${userColumns}, strpos(canonical, $1) > 0 AS matches
  FROM users JOIN auth ON auth.user_id = users.id
  WHERE (users.created_at, users.id) > ($2, $3) ORDER BY users.created_at, users.id LIMIT $4`;

export function usersByPage(db: Database): AccountStore['list'] {
  return async ({ matching = '', after = beginning, limit }) => {
    const found: User[] = [];
    if (!isStorable(matching)) return found;
    for (let last = after; found.length < limit; ) {
      const step = matching === '' ? Math.min(limit - found.length, searchStep) : searchStep;
      const { rows: seen } = await db.read<Seen>(selectPage, [matching, last.createdAt, last.id, step]);
      for (const { matches, ...user } of seen) if (matches) found.push(user);
      last = seen.at(-1) ?? last;
      if (seen.length < step) break;
    }
    return found.slice(0, limit);
  };
}
