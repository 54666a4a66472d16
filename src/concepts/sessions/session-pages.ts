/** Pages of the live sessions of a user. */

import type { Session, SessionQuery, SessionStore } from '../../storage/port/port.ts';
import type { Life } from './lifetime.ts';
import type { SessionPage } from './session-types.ts';

/** Whose sessions are read, and how long they live. */
export interface PageOwner {
  readonly userId: string;
  readonly life: Life;
  readonly idleMs: number;
}

/** One page, of which dead sessions are left out although they count towards `limit`. */
export async function pageOfUser(
  store: SessionStore,
  { userId, life, idleMs }: PageOwner,
  now: number,
  { before, limit }: SessionQuery,
): Promise<SessionPage> {
  const rows = await store.ofUser(userId, { before, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const sessions = page.filter((session) => life.isAlive(session, now));
  // Sessions used before one that is dead of idleness are dead as well.
  const isEnd = last === undefined || rows.length <= limit || now >= last.lastSeenAt + idleMs;
  return { sessions, next: isEnd ? undefined : { lastSeenAt: last.lastSeenAt, handle: last.handle } };
}

/** All pages, one after another. */
export async function* pagesOfUser(
  read: (query: SessionQuery) => Promise<SessionPage>,
  limit: number,
): AsyncGenerator<readonly Session[]> {
  let before: SessionQuery['before'];
  do {
    const { sessions, next } = await read({ before, limit });
    yield sessions;
    before = next;
  } while (before !== undefined);
}
