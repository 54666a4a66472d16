/** Logout: sessions end, for good and at once. */

import type { NoSession } from '../concepts/sessions.ts';
import type { Session } from '../storage/port.ts';
import { type Caller, type Gate, isRefusal, reported } from './gate.ts';

export interface LoggedOut {
  /** The ids of the sessions that were alive until now. */
  readonly ended: readonly string[];
}

/** Ends every session named; refuses only if none of them was alive. Resolves once the ends are durable. */
export async function logout(
  gate: Gate,
  ids: readonly string[],
  caller: Caller,
): Promise<LoggedOut | NoSession> {
  const outcomes = await Promise.all(
    ids.map(async (id) => {
      const session = await gate.sessions.end(id, caller.now, gate.audit.trail(caller, 'logout'));
      if (isRefusal(session)) return undefined;
      reportEnd(gate, session, caller);
      return id;
    }),
  );
  const ended = outcomes.filter((id) => id !== undefined);
  return ended.length > 0 ? { ended } : reported(gate, 'logout', caller, { refused: 'no_session' });
}

/** Reports sessions that were ended, step by step. */
export function reportEnds(gate: Gate, caller: Caller): (ended: readonly Session[]) => void {
  return (ended) => {
    for (const session of ended) reportEnd(gate, session, caller);
  };
}

/** Reports that a session was ended. */
export function reportEnd(gate: Gate, session: Session, caller: Caller): void {
  reported(gate, 'logout', caller, { user: { id: session.userId }, session });
}
