/** Login: from an identifier and a password to a new session. */

import { canonical } from '../concepts/accounts.ts';
import type { BegunSession, IdSpelling } from '../concepts/sessions.ts';
import { Abandoned, type Place } from '../crypto/queue.ts';
import type { Credential } from '../storage/port.ts';
import { audited, type Caller, type Gate, isRefusal, type Refusal } from './gate.ts';

export interface Login {
  readonly identifier: string;
  readonly password: string;
  readonly spelling: IdSpelling;
}

export interface LoggedIn extends BegunSession {
  readonly user: { readonly id: string; readonly identifier: string };
}

/**
 * Logs in. A place in the line for hashing comes first, so that an overload is refused before anything is counted or
 * paid for; then the attempt is counted; then one hash is computed, whoever asks (rulings G16, G17).
 */
export async function login(gate: Gate, asked: Login, caller: Caller): Promise<LoggedIn | Refusal> {
  return audited(gate, 'login', caller, await attempt(gate, asked, caller));
}

async function attempt(gate: Gate, asked: Login, caller: Caller): Promise<LoggedIn | Refusal> {
  const overloaded = gate.hashing.overloaded();
  if (overloaded) return overloaded;
  using place = gate.hashing.enter(caller.signal);
  const counted = await gate.throttle.login(canonical(asked.identifier), caller.network, caller.now);
  if (isRefusal(counted)) return counted;
  try {
    const credential = await prove(gate, asked, place);
    if (isRefusal(credential)) return credential;
    const giveBack = counted.giveBack();
    const user = { id: credential.userId, identifier: credential.identifier };
    // The two may share one commit; nobody can tell if the power fails between them.
    const session = credential.hasUser
      ? gate.sessions.begin(user.id, caller.contract, asked.spelling, caller.now)
      : undefined;
    const [begun] = await Promise.all([session, giveBack]);
    return begun ? { ...begun, user } : { refused: 'user_record_missing', user };
  } catch (error) {
    // Nothing was learned from an attempt that was dropped unhashed.
    if (error instanceof Abandoned) await counted.giveBack();
    throw error;
  }
}

/** The credential, if the password is the right one; its hash is brought up to the current parameters on the way. */
async function prove(
  gate: Gate,
  { identifier, password }: Login,
  place: Place,
): Promise<Credential | Refusal> {
  const credential = await gate.accounts.credential(identifier);
  const verdict = await gate.passwords.verify(password, credential?.passwordHash, place);
  if (!credential) return { refused: 'unknown_account' };
  if (!verdict.correct) return { refused: 'wrong_password', user: { id: credential.userId } };
  if (verdict.outdated) {
    const replacement = await gate.passwords.rehash(password, place);
    if (replacement) await gate.accounts.replaceHash(credential, replacement);
  }
  return credential;
}
