/** Start and direction of pages of long lists, and the search in a list without an index. */

import { setImmediate as pause } from 'node:timers/promises';
import type { Awaitable } from '../port/awaitable.ts';
import type { AuditQuery, SessionQuery, User, UserQuery } from '../port/port.ts';

/** After the last possible session: a list begins with the most recently used one. */
export const behindSessions: NonNullable<SessionQuery['before']> = {
  lastSeenAt: Number.MAX_SAFE_INTEGER,
  handle: '',
};

/** Before the first possible user: a list begins with the oldest account. */
const beforeUsers: NonNullable<UserQuery['after']> = { createdAt: Number.MIN_SAFE_INTEGER, id: '' };

/** The range of a page of the audit: after `seq` and oldest first, or before it and newest first. */
export function auditPageOf({
  before = Number.MAX_SAFE_INTEGER,
  after,
}: Pick<AuditQuery, 'before' | 'after'>): {
  readonly seq: number;
  readonly isOldestFirst: boolean;
} {
  return { seq: after ?? before, isOldestFirst: after !== undefined };
}

/** Users read in one step; part of a name has no index, so a search may read every user. */
const searchStep = 1_000;

/** A user that a search read; SQLite has numbers for booleans. */
export type SeenUser = User & { readonly matches: boolean | 0 | 1 };

/**
 * A page of users, in order of creation, then of ids. `read` returns the given number of users after a position, and
 * whether each matches. Every step is short, so that requests can run in between.
 */
export async function searchUsers(
  { matching = '', after = beforeUsers, limit }: UserQuery,
  read: (
    matching: string,
    after: Pick<User, 'createdAt' | 'id'>,
    step: number,
  ) => Awaitable<readonly SeenUser[]>,
): Promise<User[]> {
  const found: User[] = [];
  for (let last = after; found.length < limit; await pause()) {
    const step = matching === '' ? Math.min(limit - found.length, searchStep) : searchStep;
    const seen = await read(matching, last, step);
    for (const { matches, ...user } of seen) if (matches) found.push(user);
    last = seen.at(-1) ?? last;
    if (seen.length < step) break;
  }
  return found.slice(0, limit);
}
