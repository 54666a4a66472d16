/** What an operator does to sessions: seeing those of any user, ending them, and finding out what became of one. */

import type { Death, EndedSession, Session, User } from '../../storage/port/port.ts';
import { reportEnd, reportEnds } from '../logout.ts';
import { reported } from '../outcomes.ts';
import { type AccessRefusal, isRefusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';

/** Sessions read from the database in one go. */
const page = 500;

/** Entries of the audit among which the deletion of an account is looked for: it is among the last there can be. */
const newest = 20;

/** All live sessions of a user, the one used last first, read page by page. */
export async function* sessionsOf(
  services: Pick<Services, 'sessions'>,
  userId: string,
  now: number,
): AsyncGenerator<Session> {
  for await (const sessions of services.sessions.pagesOfUser(userId, now, page)) yield* sessions;
}

/** How many live sessions a user has. */
export async function countSessions(
  services: Pick<Services, 'sessions'>,
  userId: string,
  now: number,
): Promise<number> {
  let count = 0;
  for await (const { length } of services.sessions.pagesOfUser(userId, now, page)) count += length;
  return count;
}

/** Ends the session of a handle, of any user. */
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

/** Ends all sessions of a user; returns their handles. A login that comes after it is not concerned. */
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
 * Ends all sessions of all users, step by step, and returns how many. The one entry in the audit comes first: no session
 * ends without it. What begins after the answer is not concerned.
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

/** What became of a session id. */
export type Explanation =
  | { readonly state: 'live'; readonly session: Session; readonly user: User }
  /** Not used for too long, or too old: refused, and not swept yet. */
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

/** Says what a check of this id finds, and why; a use is not noted. */
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

/** How a session ended with its account, as the sweep will note it once it comes to its row; `undefined` if it did not. */
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
