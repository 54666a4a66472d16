/** Where the pages of long lists begin, which way they go, and how a list is searched that has no index for it. */

import { setImmediate as pause } from 'node:timers/promises';
import type { Awaitable } from '../port/awaitable.ts';
import type { AuditQuery, SessionQuery, User, UserQuery } from '../port/port.ts';

/** Behind the last session there can be: a list begins with the session used last. */
export const behindSessions: NonNullable<SessionQuery['before']> = {
  lastSeenAt: Number.MAX_SAFE_INTEGER,
  handle: '',
};

/** Before the first user there can be: a list begins with the user made first. */
const beforeUsers: NonNullable<UserQuery['after']> = { createdAt: Number.MIN_SAFE_INTEGER, id: '' };

/** Where a page of the audit begins: behind `seq` and oldest first, or before it and newest first. */
export function auditPageOf({
  before = Number.MAX_SAFE_INTEGER,
  after,
}: Pick<AuditQuery, 'before' | 'after'>): {
  readonly seq: number;
  readonly isOldestFirst: boolean;
} {
  return { seq: after ?? before, isOldestFirst: after !== undefined };
}

/** Users looked at in one step; part of a name has no index, so a search may look at every user. */
const searchStep = 1_000;

/** A user who was looked at; SQLite has no truth values but numbers. */
export type SeenUser = User & { readonly matches: boolean | 0 | 1 };

/**
 * A page of users, in order of creation and of their ids at one instant. `read` looks at as many users as it is told
 * behind a place, and tells which of them match. Others have their turn after every step.
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
