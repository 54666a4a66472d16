/** Session check: who is this? */

import type { NoSession, Session } from '../concepts/sessions.ts';
import type { User } from '../storage/port.ts';
import { type Gate, isRefusal } from './gate.ts';

export interface Checked {
  readonly user: User;
  readonly session: Session;
}

/** Recognises the owner of a session id. A session whose user is gone is dead. */
export async function check(gate: Gate, id: string, now: number): Promise<Checked | NoSession> {
  const session = await gate.sessions.use(id, now);
  if (isRefusal(session)) return session;
  const user = await gate.accounts.user(session.userId);
  return user ? { user, session } : { refused: 'no_session' };
}
