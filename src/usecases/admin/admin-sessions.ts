/** Sessions of any user, for operators: listing, ending and explaining them. */

import type { Death, EndedSession, Session, User } from '../../storage/port/port.ts';
import { reportEnd, reportEnds } from '../logout.ts';
import { reported } from '../outcomes.ts';
import { type AccessRefusal, isRefusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';

/** Sessions in one read. */
const page = 500;

/** Recent audit entries of a user that are searched for the account's deletion, which is among the last. */
const newest = 20;

/** All live sessions of a user, the most recently used first, read page by page. */
export async function* sessionsOf(
  services: Pick<Services, 'sessions'>,
  userId: string,
  now: number,
): AsyncGenerator<Session> {
  for await (const sessions of services.sessions.pagesOfUser(userId, now, page)) yield* sessions;
}

export async function countSessions(
  services: Pick<Services, 'sessions'>,
  userId: string,
  now: number,
): Promise<number> {
  let count = 0;
  for await (const { length } of services.sessions.pagesOfUser(userId, now, page)) count += length;
  return count;
}

/** Ends a session of any user by its handle. */
export async function endAnySession(
  services: Pick<Services, 'sessions' | 'audit'>,
  handle: string,
  caller: Caller,
): Promise<Session | AccessRefusal> {
  const context = services.audit.context(caller, 'logout');
  const ended = await services.sessions.endByHandle(undefined, handle, caller.now, context);
  if (isRefusal(ended)) return { refused: 'unknown_session' };
  reportEnd(services, ended, caller);
  return ended;
}

/** Ends all sessions of a user; returns their handles. Sessions of later logins stay. */
export async function endAllSessions(
  services: Pick<Services, 'sessions' | 'audit'>,
  userId: string,
  caller: Caller,
): Promise<string[]> {
  const report = reportEnds(services, caller);
  const handles: string[] = [];
  const tell = (ended: readonly Session[]) => {
    report(ended);
    for (const { handle } of ended) handles.push(handle);
  };
  await services.sessions.endAll(userId, undefined, services.audit.context(caller, 'logout'), tell);
  return handles;
}

/**
 * Ends all sessions of all users, step by step, and returns their number. The single audit entry comes first: no session
 * ends without it. Sessions that begin after the answer stay.
 */
export async function endEverySession(
  services: Pick<Services, 'sessions' | 'audit'>,
  caller: Caller,
  pause: () => Promise<void>,
): Promise<number> {
  await services.audit.keep(caller, 'logout', undefined);
  const context = services.audit.context(caller, 'logout');
  const ended = await services.sessions.endOfAllUsers(context, pause);
  reported(services, 'logout', caller, {});
  return ended;
}

/** The state of a session id. */
export type Explanation =
  | { readonly state: 'live'; readonly session: Session; readonly user: User }
  /** Unused for too long, or too old: refused, but not swept yet. */
  | {
      readonly state: Death['state'];
      readonly diedAt: number;
      readonly session: Session;
      readonly user?: User | undefined;
    }
  | { readonly state: 'account_disabled'; readonly session: Session; readonly user: User }
  /** Only one of the two records of the account is left. */
  | { readonly state: 'user_record_missing'; readonly session: Session }
  | { readonly state: 'ended'; readonly ended: EndedSession; readonly user?: User | undefined }
  | { readonly state: 'unknown' };

/** Explains the result of a check of this id; records no use. */
export async function explain(
  services: Pick<Services, 'sessions' | 'accounts' | 'store'>,
  id: string,
  now: number,
): Promise<Explanation> {
  const found = await services.sessions.look(id, now);
  if (!found) return { state: 'unknown' };
  if ('ended' in found)
    return {
      state: 'ended',
      ended: found.ended,
      user: await services.store.accounts.findUser(found.ended.userId),
    };
  const { session, death } = found;
  const user = await services.store.accounts.findUser(session.userId);
  if (death) return { ...death, session, user };
  if (!user) return (await deletion(services, session)) ?? { state: 'user_record_missing', session };
  return { state: user.disabledAt === null ? 'live' : 'account_disabled', session, user };
}

/** The end of a session whose account was deleted, as the sweep will record it; `undefined` if the account was not deleted. */
async function deletion(
  { store }: Pick<Services, 'store'>,
  { handle, userId }: Session,
): Promise<Explanation | undefined> {
  const entries = await store.audit.read({ userId, limit: newest });
  const entry = entries.find(({ event, outcome }) => event === 'account_delete' && outcome === 'ok');
  if (!entry) return undefined;
  const { at: endedAt, event, outcome, contract } = entry;
  return { state: 'ended', ended: { handle, userId, endedAt, event, outcome, contract } };
}
