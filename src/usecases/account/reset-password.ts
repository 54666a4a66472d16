/** Setting a new password with a token from a mail: everybody is out, and nobody is in. */

import { canonical } from '../../concepts/accounts.ts';
import type { Place } from '../../crypto/hashing-queue.ts';
import type { Token, User } from '../../storage/port/port.ts';
import { afterwards } from '../afterwards.ts';
import { withPlace } from '../hashing-slot.ts';
import { audited, type Caller, type Gate, isRefusal, type Refusal } from '../services.ts';
import { addressForLinks } from './forgot-password.ts';
import { shutOut } from './revoke-all-access.ts';
import { notifyOwner } from './security-notice.ts';

export interface Reset {
  readonly token: string;
  readonly password: string;
}

export interface WasReset {
  readonly user: User;
}

/** Sets a new password and ends all sessions. Of two that race with one token exactly one does. */
export async function reset(gate: Gate, asked: Reset, caller: Caller): Promise<WasReset | Refusal> {
  return audited(gate, 'password_reset', caller, await attempt(gate, asked, caller));
}

/**
 * The token is used last, when nothing can be refused any more: neither a password that may not be used nor a full
 * line costs the person their link.
 */
async function attempt(gate: Gate, { token, password }: Reset, caller: Caller): Promise<WasReset | Refusal> {
  const formal = gate.passwords.accept(password, '');
  if (isRefusal(formal)) return formal;
  return withPlace(gate, caller, (place) => useToken(gate, { token, password }, place, caller));
}

async function useToken(
  gate: Gate,
  { token, password }: Reset,
  place: Place,
  caller: Caller,
): Promise<WasReset | Refusal> {
  const counted = await gate.throttle.registration(caller.network, caller.now);
  if (isRefusal(counted)) return counted;

  const found = await gate.tokens.look(token, 'reset_password', caller.now);
  const user = isRefusal(found) ? undefined : await ownerOf(gate, found);
  if (!user) return { refused: 'invalid_token' };
  const accepted = gate.passwords.accept(password, canonical(user.identifier), user.email ?? '');
  if (isRefusal(accepted)) return accepted;
  const passwordHash = await gate.passwords.hash(accepted, place);
  const taken = await gate.tokens.take(token, 'reset_password', caller.now);
  return isRefusal(taken) ? taken : replace(gate, user, taken, passwordHash, caller);
}

/**
 * The user a token is good for. One that was mailed is good while links may go to that address; one that an operator
 * handed over went to no address.
 */
async function ownerOf(gate: Gate, { userId, email }: Token): Promise<User | undefined> {
  const user = await gate.accounts.user(userId);
  if (!user || user.disabledAt !== null) return undefined;
  return email === '' || email === addressForLinks(user) ? user : undefined;
}

async function replace(
  gate: Gate,
  user: User,
  { email }: Token,
  passwordHash: string,
  caller: Caller,
): Promise<WasReset | Refusal> {
  await shutOut(gate, user.id, undefined, 'password_reset', caller);
  const trail = gate.audit.trail(caller, 'password_reset');
  const ended = gate.audit.trail(caller, 'logout', 'password_reset');
  // Whoever replaced the hash in between proved the old password: that counts for nothing here.
  for (let replaced = false; !replaced; ) {
    const credential = await gate.accounts.credentialOf(user.id);
    if (!credential) return { refused: 'invalid_token' };
    // Whatever session began meanwhile ends in the same step.
    replaced = await gate.accounts.replaceHash(credential, passwordHash, trail, { trail: ended });
  }
  await shutOut(gate, user.id, undefined, 'password_reset', caller);
  await afterwards(gate, 'password_reset', settle(gate, user, email, caller));
  return { user };
}

/** The link proved its address; the owner hears of the new password. */
async function settle(gate: Gate, user: User, email: string, caller: Caller): Promise<void> {
  if (email !== '' && user.emailVerifiedAt === null) {
    await gate.accounts.verifyEmail(user.id, email, caller.now, gate.audit.trail(caller, 'email_verify'));
  }
  const owner = (await gate.accounts.user(user.id)) ?? user;
  await notifyOwner(gate, owner, 'password_changed', {}, caller.now);
}
