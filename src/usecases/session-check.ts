/** The session check: finds the user of a session id. */

import type { NoSession } from '../concepts/sessions/sessions.ts';
import { type Awaitable, after } from '../storage/port/awaitable.ts';
import type { Freshness, SessionWithUser, User } from '../storage/port/port.ts';
import { isRefusal } from './refusals.ts';
import type { Services } from './services.ts';

/** A live session of a user who exists and is not disabled. */
export interface Checked extends SessionWithUser {
  readonly user: User;
}

const noSession: NoSession = { refused: 'no_session' };

/** Finds the user of a session id. A session whose user is removed or disabled is dead. */
export function check(
  services: Services,
  id: string,
  now: number,
  freshness?: Freshness,
): Awaitable<Checked | NoSession> {
  return after(services.sessions.use(id, now, freshness), (used) =>
    isRefusal(used) || isOfActiveUser(used) ? used : noSession,
  );
}

function isOfActiveUser(used: SessionWithUser): used is Checked {
  return used.user !== undefined && used.user.disabledAt === null;
}
