/** Logout: sessions end, for good and at once. */

import type { NoSession } from '../concepts/sessions.ts';
import { audited, type Caller, type Gate, isRefusal } from './gate.ts';

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
      const session = await gate.sessions.end(id, caller.now);
      if (isRefusal(session)) return undefined;
      audited(gate, 'logout', caller, { user: { id: session.userId }, session });
      return id;
    }),
  );
  const ended = outcomes.filter((id) => id !== undefined);
  return ended.length > 0 ? { ended } : audited(gate, 'logout', caller, { refused: 'no_session' });
}
