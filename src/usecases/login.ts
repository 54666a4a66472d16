/** Login: from an identifier and a password to a new session. */

import type { IdFormat } from '../concepts/sessions/sessions.ts';
import type { Credential } from '../storage/port/port.ts';
import { type BegunOnDevice, beginSession, onDevice } from './begin-session.ts';
import { audited, type Caller, isRefusal, type Refusal, type Services } from './services.ts';
import { verifyPassword, withLoginAttempt } from './verify-password.ts';

export interface Login {
  readonly identifier: string;
  readonly password: string;
  readonly idFormat: IdFormat;
}

export interface LoggedIn extends BegunOnDevice {
  readonly user: { readonly id: string; readonly identifier: string };
}

/** Logs in. */
export async function login(services: Services, asked: Login, caller: Caller): Promise<LoggedIn | Refusal> {
  const { identifier, password, idFormat } = asked;
  const outcome = await withLoginAttempt<LoggedIn>(
    services,
    identifier,
    password,
    caller,
    async (guessed) => {
      const credential = await verifyPassword(
        services,
        () => services.accounts.credential(identifier),
        guessed,
      );
      return isRefusal(credential)
        ? credential
        : begin(services, credential, guessed.device, idFormat, caller);
    },
  );
  return audited(services, 'login', caller, outcome);
}

/**
 * Begins the session, and then looks whether the password is still the one that was proven: a person who changes a
 * password ends all sessions after it was replaced, so of a change and a login at once the change wins.
 */
async function begin(
  services: Services,
  { userId, identifier, passwordHash, hasUser }: Credential,
  knownDevice: string | undefined,
  idFormat: IdFormat,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const user = { id: userId, identifier };
  if (!hasUser) return { refused: 'user_record_missing', user };
  const begun = await beginSession(services, userId, idFormat, caller);
  if (isRefusal(begun)) return { refused: 'unknown_account' };
  const now = await services.accounts.credentialOf(userId);
  if (now?.passwordHash === passwordHash)
    return { ...(await onDevice(services, begun, knownDevice, caller)), user };
  await services.sessions.end(
    begun.id,
    caller.now,
    services.audit.context(caller, 'logout', 'password_change'),
  );
  return { refused: 'wrong_password', user };
}
