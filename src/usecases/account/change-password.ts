/** Changing a password: all other sessions end, and the old password is void. */

import { canonical } from '../../concepts/accounts.ts';
import type { Credential } from '../../storage/port/port.ts';
import { afterwards, audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { notifyOwner } from './owner-mail.ts';
import { revokeAllAccess } from './revoke-all-access.ts';
import { notProven, type SignedIn, verifyOwnPassword } from './step-up.ts';

export interface PasswordChange {
  readonly current: string;
  readonly replacement: string;
}

/** The new id of the asking session. */
export interface PasswordChanged {
  readonly id: string;
  readonly user: { readonly id: string };
}

/** Changes the password, ends all other sessions, and gives this one a new id. */
export async function changePassword(
  services: Services,
  signedIn: SignedIn,
  asked: PasswordChange,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  return audited(services, 'password_change', caller, await attempt(services, signedIn, asked, caller));
}

async function attempt(
  services: Services,
  signedIn: SignedIn,
  { current, replacement }: PasswordChange,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  const refusal = notProven(services, signedIn, caller.now);
  if (refusal) return refusal;
  const { user } = signedIn;
  const accepted = services.passwords.accept(replacement, canonical(user.identifier), user.email ?? '');
  if (isRefusal(accepted)) return accepted;
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const credential = await verifyOwnPassword(services, signedIn, current, slot, caller);
  if (isRefusal(credential)) return credential;
  const hashed = await services.passwords.hash(accepted, slot);
  if (isRefusal(hashed)) return hashed;
  return replace(services, signedIn, credential, hashed.passwordHash, caller);
}

/**
 * All other access is revoked before the password is replaced, together with it, and once more after it (see
 * `revokeAllAccess`); a login that verified the old password meanwhile ends its own session (see `login`). The old id of
 * this session dies first: after a crash at any point, it is dead if the password is replaced.
 */
async function replace(
  services: Services,
  { id, user, session }: SignedIn,
  credential: Credential,
  passwordHash: string,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  await revokeAllAccess(services, user.id, session.handle, 'password_change', caller);
  const context = services.audit.context(caller, 'password_change');
  const rotated = await services.sessions.rotate(id, context);
  if (isRefusal(rotated)) return rotated;
  const ended = services.audit.context(caller, 'logout', 'password_change');
  const others = { exceptHandle: session.handle, context: ended };
  if (!(await services.accounts.replaceHash(credential, passwordHash, context, others))) {
    // Another request changed the password meanwhile, and no client knows the new id.
    await services.sessions.end(rotated.id, caller.now, ended);
    return { refused: 'wrong_password', user };
  }
  await revokeAllAccess(services, user.id, session.handle, 'password_change', caller);
  const notice = notifyOwner(services, user, 'password_changed', {}, caller);
  await afterwards(services, 'password_change', notice);
  return { ...rotated, user };
}
