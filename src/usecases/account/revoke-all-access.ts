/** Shutting out: whatever somebody could still do who knew the old password. */

import type { Caller, Services } from '../services.ts';

/**
 * Ends the sessions of a user, or all but one, and makes void what waits for somebody with a token: a link that sets
 * a password, and a change of address that was asked for with the old one. Done before a password is replaced, so
 * that a crash in between leaves nobody in who should be out; and after it, for what began in between.
 */
export async function revokeAllAccess(
  services: Services,
  userId: string,
  exceptHandle: string | undefined,
  why: 'password_change' | 'password_reset',
  caller: Caller,
): Promise<void> {
  await Promise.all([
    services.sessions.endAll(userId, exceptHandle, services.audit.context(caller, 'logout', why)),
    services.tokens.revoke(userId, 'reset_password'),
    services.tokens.revoke(userId, 'change_email'),
  ]);
}
