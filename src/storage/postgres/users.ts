/** Users by id, and by page in order of creation, searched in bounded steps however many there are. */

import type { User, UserQuery } from '../port/port.ts';
import { type SeenUser, searchUsers } from '../shared/paging.ts';
import { isStorable } from './connection/text.ts';
import type { Database } from './connection/transaction.ts';
import { userColumns } from './rows.ts';

/** A user that has both rows, by id. */
export const selectUser = `SELECT ${userColumns} FROM users JOIN auth ON auth.user_id = users.id WHERE users.id = $1`;

const selectPage = `SELECT ${userColumns}, strpos(canonical, $1) > 0 AS matches
  FROM users JOIN auth ON auth.user_id = users.id
  WHERE (users.created_at, users.id) > ($2, $3) ORDER BY users.created_at, users.id LIMIT $4`;

export async function usersByPage(db: Database, query: UserQuery): Promise<User[]> {
  if (query.matching !== undefined && !isStorable(query.matching)) return [];
  return searchUsers(query, async (matching, { createdAt, id }, step) => {
    const { rows } = await db.read<SeenUser>(selectPage, [matching, createdAt, id, step]);
    return rows;
  });
}
