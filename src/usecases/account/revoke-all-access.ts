/** Revokes everything that knowledge of the old password still gave access to. */

import type { Caller, Services } from '../services.ts';

/**
 * Ends the sessions of a user, or all but one, and voids pending tokens: links that set a password, and address changes
 * that were requested with the old one. Called before a password is replaced, so that a crash in between leaves no session
 * that should have ended; and after it, for sessions and tokens made in between.
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
