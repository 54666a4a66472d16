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
  services: Pick<Services, 'sessions' | 'audit'>,
  ids: readonly string[],
  caller: Caller,
): Promise<LoggedOut | NoSession> {
  const ended = await services.sessions.endEach(ids, caller.now, services.audit.context(caller, 'logout'));
  for (const session of ended.values()) reportEnd(services, session, caller);
  if (ended.size > 0) return { ended: [...ended.keys()] };
  return reported(services, 'logout', caller, { refused: 'no_session' });
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
