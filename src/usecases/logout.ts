/** Logout: ends sessions for good. */

import type { NoSession } from '../concepts/sessions/sessions.ts';
import type { Session } from '../storage/port/port.ts';
import { reported } from './outcomes.ts';
import type { Caller, Services } from './services.ts';

export interface LoggedOut {
  /** The ids of the sessions that were alive. */
  readonly ended: readonly string[];
}

/** Ends every session named, in one step; refuses only if none was alive. Resolves when the ends are durable. */
export async function logout(
  services: Pick<Services, 'sessions' | 'audit' | 'browserTokens' | 'factors'>,
  ids: readonly string[],
  caller: Caller,
): Promise<LoggedOut | NoSession> {
  const ended = await services.sessions.endEach(ids, caller.now, services.audit.context(caller, 'logout'));
  for (const session of ended.values()) reportEnd(services, session, caller);
  const enrolments = services.factors.isRequired ? await endEnrolments(services, ids, caller.now) : [];
  if (ended.size + enrolments.length > 0) return { ended: [...ended.keys(), ...enrolments] };
  return reported(services, 'logout', caller, { refused: 'no_session' });
}

/** Ends enrolment sessions (ruling F6), which are no sessions and have ids like theirs. */
async function endEnrolments(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  ids: readonly string[],
  now: number,
): Promise<string[]> {
  const ended: string[] = [];
  for (const id of ids) if (await browserTokens.take(id, 'enrolment', now)) ended.push(id);
  return ended;
}

/** Reports sessions that have ended. */
export function reportEnds(
  services: Pick<Services, 'audit'>,
  caller: Caller,
): (ended: readonly Session[]) => void {
  return (ended) => {
    for (const session of ended) reportEnd(services, session, caller);
  };
}

export function reportEnd(services: Pick<Services, 'audit'>, session: Session, caller: Caller): void {
  reported(services, 'logout', caller, { user: { id: session.userId }, session });
}
