/** Revokes everything that knowledge of the old password still gave access to. */

import type { Caller, Services } from '../services.ts';

/**
 * Ends the sessions of a user, or all but one, and voids what waits for the holder of a token: a link that sets
 * a password, and a change of address that was asked for with the old one. Done before a password is replaced, so
 * that a crash in between leaves no session that should have ended; and after it, for what began in between.
 */
export async function revokeAllAccess(
  services: Pick<Services, 'sessions' | 'tokens' | 'audit'>,
  userId: string,
  exceptHandle: string | undefined,
  why: 'password_change' | 'password_reset',
  caller: Caller,
): Promise<void> {
  await Promise.all([
    services.sessions.endAll(userId, exceptHandle, services.audit.context(caller, 'logout', why)),
    services.tokens.revokeAccess(userId),
  ]);
}
