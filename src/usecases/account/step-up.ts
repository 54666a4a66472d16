/** Step-up: proving the password again in a session that is already good. */

import type { Credential, User } from '../../storage/port/port.ts';
import { audited, type Caller, isRefusal, type Refusal, type Services } from '../services.ts';
import type { Checked } from '../session-check.ts';
import { type LoginAttempt, verifyPassword, withLoginAttempt } from '../verify-password.ts';

/** A signed-in person, with the id of the session that says so. */
export interface SignedIn extends Checked {
  readonly id: string;
}

/** The session that was confirmed, under its new id. */
export interface Confirmed {
  readonly id: string;
  readonly user: Pick<User, 'id'>;
}

/**
 * Proves the password in a session; for the next ten minutes it may do what asks for that. The session goes on under a
 * new id, so that an id that was stolen before is never good for more than it was.
 */
export async function confirm(
  services: Services,
  signedIn: SignedIn,
  password: string,
  caller: Caller,
): Promise<Confirmed | Refusal> {
  const outcome = await withLoginAttempt<Confirmed>(
    services,
    signedIn.user.identifier,
    password,
    caller,
    async (guessed) => {
      const credential = await proveOwn(services, signedIn, guessed);
      if (isRefusal(credential)) return credential;
      const proven = await services.sessions.prove(
        signedIn.id,
        caller.now,
        services.audit.context(caller, 'confirm'),
      );
      return isRefusal(proven) ? proven : { ...proven, user: signedIn.user };
    },
  );
  return audited(services, 'confirm', caller, outcome);
}

/** Refuses a session in which the password was not proven lately. */
export function notProven(services: Services, { session }: SignedIn, now: number): Refusal | undefined {
  return services.sessions.isProven(session, now) ? undefined : { refused: 'not_proven' };
}

/** The credential of the signed-in person, if the password is theirs. */
export function proveOwn(
  services: Services,
  { user }: SignedIn,
  guessed: LoginAttempt,
): Promise<Credential | Refusal> {
  return verifyPassword(services, () => services.accounts.credentialOf(user.id), guessed);
}
