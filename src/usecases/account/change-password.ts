/** Changing a password: whoever knew the old one is out. */

import { canonical } from '../../concepts/accounts.ts';
import type { Credential } from '../../storage/port/port.ts';
import { afterwards } from '../afterwards.ts';
import { audited, type Caller, type Gate, isRefusal, type Refusal } from '../services.ts';
import { guess } from '../verify-password.ts';
import { shutOut } from './revoke-all-access.ts';
import { notifyOwner } from './security-notice.ts';
import { notProven, proveOwn, type SignedIn } from './step-up.ts';

export interface PasswordChange {
  readonly current: string;
  readonly replacement: string;
}

/** The session that asked goes on under a new id. */
export interface PasswordChanged {
  readonly id: string;
  readonly user: { readonly id: string };
}

/** Changes the password, ends all other sessions, and gives this one a new id. */
export async function changePassword(
  gate: Gate,
  signedIn: SignedIn,
  asked: PasswordChange,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  return audited(gate, 'password_change', caller, await attempt(gate, signedIn, asked, caller));
}

async function attempt(
  gate: Gate,
  signedIn: SignedIn,
  { current, replacement }: PasswordChange,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  const refusal = notProven(gate, signedIn, caller.now);
  if (refusal) return refusal;
  const { user } = signedIn;
  const accepted = gate.passwords.accept(replacement, canonical(user.identifier), user.email ?? '');
  if (isRefusal(accepted)) return accepted;
  return guess<PasswordChanged>(gate, user.identifier, current, caller, async (guessed) => {
    const credential = await proveOwn(gate, signedIn, guessed);
    if (isRefusal(credential)) return credential;
    const passwordHash = await gate.passwords.hash(accepted, guessed.place);
    return replace(gate, signedIn, credential, passwordHash, caller);
  });
}

/**
 * Everybody else is shut out before the password is replaced, together with it, and once more after it (see
 * `shutOut`); a login that still proves the old password finds out by itself (see `login`). The old id of this session
 * dies first: wherever this is cut short, whoever knew that id is out by the time the password is another one.
 */
async function replace(
  gate: Gate,
  { id, user, session }: SignedIn,
  credential: Credential,
  passwordHash: string,
  caller: Caller,
): Promise<PasswordChanged | Refusal> {
  await shutOut(gate, user.id, session.handle, 'password_change', caller);
  const trail = gate.audit.trail(caller, 'password_change');
  const rotated = await gate.sessions.rotate(id, trail);
  if (isRefusal(rotated)) return rotated;
  const ended = gate.audit.trail(caller, 'logout', 'password_change');
  const others = { exceptHandle: session.handle, trail: ended };
  if (!(await gate.accounts.replaceHash(credential, passwordHash, trail, others))) {
    // Somebody else changed the password meanwhile, and nobody knows the new id.
    await gate.sessions.end(rotated.id, caller.now, ended);
    return { refused: 'wrong_password', user };
  }
  await shutOut(gate, user.id, session.handle, 'password_change', caller);
  const notice = notifyOwner(gate, user, 'password_changed', {}, caller.now);
  await afterwards(gate, 'password_change', notice);
  return { ...rotated, user };
}
