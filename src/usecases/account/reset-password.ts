/** Setting a new password with a token from a mail: all sessions end, and none begins. */

import { canonical } from '../../concepts/accounts.ts';
import type { Token, User } from '../../storage/port/port.ts';
import { afterwards, audited } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { addressForLinks, notifyOwner } from './owner-mail.ts';
import { revokeAllAccess } from './revoke-all-access.ts';

export interface Reset {
  readonly token: string;
  readonly password: string;
}

export interface WasReset {
  readonly user: User;
}

/** Sets a new password and ends all sessions. Of concurrent requests with one token exactly one succeeds. */
export async function reset(services: Services, asked: Reset, caller: Caller): Promise<WasReset | Refusal> {
  return audited(services, 'password_reset', caller, await attempt(services, asked, caller));
}

/** The token is used last, after every possible refusal: neither a rejected password nor a full queue wastes it. */
async function attempt(
  services: Services,
  { token, password }: Reset,
  caller: Caller,
): Promise<WasReset | Refusal> {
  const formal = services.passwords.accept(password, '');
  if (isRefusal(formal)) return formal;
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const counted = await services.throttle.registration(caller.network, caller.now);
  if (isRefusal(counted)) return counted;

  const found = await services.tokens.look(token, 'reset_password', caller.now);
  const user = isRefusal(found) ? undefined : await ownerOf(services, found);
  if (!user) return { refused: 'invalid_token' };
  const accepted = services.passwords.accept(password, canonical(user.identifier), user.email ?? '');
  if (isRefusal(accepted)) return accepted;
  const hashed = await services.passwords.hash(accepted, slot);
  if (isRefusal(hashed)) return hashed;
  const taken = await services.tokens.take(token, 'reset_password', caller.now);
  return isRefusal(taken) ? taken : replace(services, user, taken, hashed.passwordHash, caller);
}

/**
 * The user of a valid token. A mailed token is valid while links may go to that address; a token from an operator has no
 * address.
 */
async function ownerOf(
  { store }: Pick<Services, 'store'>,
  { userId, email }: Token,
): Promise<User | undefined> {
  const user = await store.accounts.findUser(userId);
  if (!user || user.disabledAt !== null) return undefined;
  return email === '' || email === addressForLinks(user) ? user : undefined;
}

async function replace(
  services: Services,
  user: User,
  { email }: Token,
  passwordHash: string,
  caller: Caller,
): Promise<WasReset | Refusal> {
  await revokeAllAccess(services, user.id, undefined, 'password_reset', caller);
  const context = services.audit.context(caller, 'password_reset');
  const ended = services.audit.context(caller, 'logout', 'password_reset');
  // A login that replaced the hash meanwhile verified the old password: it does not count here.
  for (let replaced = false; !replaced; ) {
    const credential = await services.store.accounts.findCredentialOf(user.id);
    if (!credential) return { refused: 'invalid_token' };
    // Sessions that began meanwhile end in the same step.
    replaced = await services.accounts.replaceHash(credential, passwordHash, context, { context: ended });
  }
  await revokeAllAccess(services, user.id, undefined, 'password_reset', caller);
  await afterwards(services, 'password_reset', settle(services, user, email, caller));
  return { user };
}

/** The link verified its address; the owner gets a notice of the new password. */
async function settle(
  services: Pick<Services, 'accounts' | 'mails' | 'audit' | 'store'>,
  user: User,
  email: string,
  caller: Caller,
): Promise<void> {
  if (email !== '' && user.emailVerifiedAt === null) {
    await services.store.accounts.verifyEmail(
      user.id,
      email,
      caller.now,
      services.audit.context(caller, 'email_verify'),
    );
  }
  const owner = (await services.store.accounts.findUser(user.id)) ?? user;
  await notifyOwner(services, owner, 'password_changed', {}, caller);
}
