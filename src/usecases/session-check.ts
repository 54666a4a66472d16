/** Session check: who is this? */

import type { NoSession } from '../concepts/sessions/sessions.ts';
import { type Awaitable, after } from '../storage/port/awaitable.ts';
import type { Session, User } from '../storage/port/port.ts';
import { isRefusal, type Services } from './services.ts';

export interface Checked {
  readonly user: User;
  readonly session: Session;
}

/** Recognises the owner of a session id. A session whose user is gone or disabled is dead. */
export function check(
  services: Services,
  id: string,
  now: number,
  freshness?: 'current',
): Awaitable<Checked | NoSession> {
  return after(services.sessions.use(id, now, freshness), (session) =>
    isRefusal(session) ? session : withUser(services, session),
  );
}

function withUser(services: Services, session: Session): Awaitable<Checked | NoSession> {
  return after(services.accounts.user(session.userId, 'cached'), (user) =>
    user && user.disabledAt === null ? { user, session } : { refused: 'no_session' as const },
  );
}
