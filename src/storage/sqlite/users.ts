/** Users by page: in order of creation, searched in small steps, however many there are. */

import type { DatabaseSync } from 'node:sqlite';
import type { AccountStore } from '../port/port.ts';
import { type SeenUser, searchUsers } from '../shared/paging.ts';
import type { Reader } from './connection/reader.ts';

/** `columns` are those of a user. */
export function usersByPage(db: DatabaseSync, reader: Reader, columns: string): AccountStore['list'] {
  // The cross join keeps `users` outermost, whose index has the order.
  const select = db.prepare(
    `SELECT ${columns}, instr(canonical, ?) > 0 AS matches
     FROM users CROSS JOIN auth ON auth.user_id = users.id
     WHERE (users.created_at, users.id) > (?, ?) ORDER BY users.created_at, users.id LIMIT ?`,
  );

  return (query) =>
    searchUsers(query, (matching, { createdAt, id }, step) =>
      reader.read(() => select.all(matching, createdAt, id, step) as unknown as SeenUser[]),
    );
}
