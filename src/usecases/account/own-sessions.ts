/** A person's own sessions: listing and ending them. */

import type { SessionPage } from '../../concepts/sessions/sessions.ts';
import type { Session, SessionQuery } from '../../storage/port/port.ts';
import { reportEnd, reportEnds } from '../logout.ts';
import { reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Checked } from '../session-check.ts';
import { notProven, type SignedIn } from './step-up.ts';

/** Sessions in one page: the default cap of an account. */
export const sessionsPage = 100;

/** A page of the person's live sessions, the most recently used first: 100 by default. */
export function listSessions(
  services: Pick<Services, 'sessions'>,
  { user }: Checked,
  before: SessionQuery['before'],
  now: number,
  limit = sessionsPage,
): Promise<SessionPage> {
  return services.sessions.ofUser(user.id, now, { before, limit });
}

/**
 * Ends one of the person's sessions by its handle; a handle of another person does nothing. Ending any session but the
 * asking one requires a recent confirmation of the password (ruling P5).
 */
export async function endSession(
  services: Pick<Services, 'sessions' | 'audit'>,
  signedIn: SignedIn,
  handle: string,
  caller: Caller,
): Promise<Session | Refusal> {
  const { user, session } = signedIn;
  const refusal = handle === session.handle ? undefined : notProven(services, signedIn, caller.now);
  if (refusal) return reported(services, 'logout', caller, { ...refusal, user });
  const context = services.audit.context(caller, 'logout');
  const ended = await services.sessions.endByHandle(user.id, handle, caller.now, context);
  if (isRefusal(ended)) return reported(services, 'logout', caller, { refused: 'unknown_session', user });
  reportEnd(services, ended, caller);
  return ended;
}

/**
 * Ends all of the person's sessions, or all but the asking one, and returns their number. It requires a recent confirmation
 * of the password (ruling P5). Sessions of later logins stay.
 */
export async function endSessions(
  services: Pick<Services, 'sessions' | 'audit'>,
  signedIn: SignedIn,
  which: 'all' | 'others',
  caller: Caller,
): Promise<{ readonly ended: number } | Refusal> {
  const { user, session } = signedIn;
  const refusal = notProven(services, signedIn, caller.now);
  if (refusal) return reported(services, 'logout', caller, { ...refusal, user });
  const spared = which === 'others' ? session.handle : undefined;
  const context = services.audit.context(caller, 'logout');
  return { ended: await services.sessions.endAll(user.id, spared, context, reportEnds(services, caller)) };
}
