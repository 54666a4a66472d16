/** Users by page: in order of creation, searched in small steps, however many there are. */

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as pause } from 'node:timers/promises';
import type { AccountStore, User, UserQuery } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';

/** Users looked at in one turn of the event loop; part of a name has no index, so a search may look at every user. */
const searchStep = 1_000;

/** Before the first user there can be. */
const beginning: NonNullable<UserQuery['after']> = { createdAt: Number.MIN_SAFE_INTEGER, id: '' };

interface Seen extends User {
  readonly matches: 0 | 1;
}

/** `columns` are those of a user. */
export function usersByPage(db: DatabaseSync, reader: Reader, columns: string): AccountStore['list'] {
  // The cross join keeps `users` outermost, whose index has the order.
  const select = db.prepare(
    `SELECT ${columns}, instr(canonical, ?) > 0 AS matches
     FROM users CROSS JOIN auth ON auth.user_id = users.id
     WHERE (users.created_at, users.id) > (?, ?) ORDER BY users.created_at, users.id LIMIT ?`,
  );

  return async ({ matching = '', after = beginning, limit }) => {
    const found: User[] = [];
    for (let last = after; found.length < limit; await pause()) {
      const step = matching === '' ? Math.min(limit - found.length, searchStep) : searchStep;
      const seen = reader.read(() =>
        select.all(matching, last.createdAt, last.id, step),
      ) as unknown as Seen[];
      for (const { matches, ...user } of seen) if (matches) found.push(user);
      last = seen.at(-1) ?? last;
      if (seen.length < step) break;
    }
    return found.slice(0, limit);
  };
}
