/** A person's own sessions: seeing them and ending them. */

import type { Session } from '../storage/port.ts';
import type { Checked } from './check.ts';
import { type AccessRefusal, type Caller, type Gate, isRefusal, reported } from './gate.ts';
import { reportEnd } from './logout.ts';

/** All live sessions of the person, the one used last first. */
export function listSessions(gate: Gate, { user }: Checked, now: number): Promise<Session[]> {
  return gate.sessions.ofUser(user.id, now);
}

/** Ends one of the person's sessions by its handle; anybody else's handle does nothing. */
export async function endSession(
  gate: Gate,
  { user }: Checked,
  handle: string,
  caller: Caller,
): Promise<Session | AccessRefusal> {
  const trail = gate.audit.trail(caller, 'logout');
  const ended = await gate.sessions.endByHandle(user.id, handle, caller.now, trail);
  if (isRefusal(ended)) return reported(gate, 'logout', caller, { refused: 'unknown_session', user });
  reportEnd(gate, ended, caller);
  return ended;
}

/** Ends all of the person's sessions, or all but the one that asks. A login that comes after it is not concerned. */
export async function endSessions(
  gate: Gate,
  { user, session }: Checked,
  which: 'all' | 'others',
  caller: Caller,
): Promise<Session[]> {
  const spared = which === 'others' ? session.handle : undefined;
  const ended = await gate.sessions.endAll(user.id, spared, gate.audit.trail(caller, 'logout'));
  for (const one of ended) reportEnd(gate, one, caller);
  return ended;
}
