/** A person's e-mail address: verifying and changing it. */

import { canonical, type Identifier } from '../../concepts/accounts.ts';
import { type Addressed, limitWindowMs } from '../../concepts/mails.ts';
import type { InvalidToken } from '../../concepts/tokens.ts';
import { fingerprintOf } from '../../crypto/credential-fingerprint.ts';
import type { Token, User } from '../../storage/port/port.ts';
import { afterwards, audited, reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { addressed, notifyOwner } from './owner-mail.ts';
import { notProven, type SignedIn, verifyOwnPassword } from './step-up.ts';

/** The outcome of an accepted request for a mail. */
export interface Asked {
  readonly user: Pick<User, 'id'>;
}

/** Sends a link that verifies the unverified address of the account. */
export async function requestVerification(
  services: Pick<Services, 'mails' | 'audit'>,
  { user }: SignedIn,
  caller: Caller,
): Promise<Asked | Refusal> {
  const ask = async (): Promise<Asked | Refusal> => {
    if (user.email === null || user.emailVerifiedAt !== null) return { refused: 'nothing_to_verify' };
    const to = addressed(user, user.email, caller);
    const outcome = await services.mails.ask('verify_email', to, caller.now);
    if (outcome === 'queued') return { user };
    return { refused: 'too_many_attempts', retryAfterSeconds: limitWindowMs / 1_000 };
  };
  return reported(services, 'email_verify_request', caller, await ask());
}

/**
 * Sends a link to the address of a new account, if mail is configured. The registration neither waits for it nor depends on
 * it.
 */
export function verifyRegistered(
  services: Pick<Services, 'mails' | 'throttle'>,
  user: User,
  caller: Caller,
): void {
  const { email } = user;
  const { network, now } = caller;
  if (!services.mails.isConfigured || email === null) return;
  services.mails.later(async () => {
    const counted = await services.throttle.registrationMail(network, now);
    if (!isRefusal(counted)) await services.mails.ask('verify_email', addressed(user, email, caller), now);
  });
}

export interface EmailChange {
  readonly email: string;
  readonly password: string;
}

/**
 * Sends a link to a new address; nothing changes before it is used. The answer does not say whether the address is taken or
 * has reached its mail limit: only the reader of its mailbox learns it.
 */
export async function requestEmailChange(
  services: Services,
  signedIn: SignedIn,
  { email, password }: EmailChange,
  caller: Caller,
): Promise<Asked | Refusal> {
  const address = notProven(services, signedIn, caller.now) ?? services.accounts.name(email, 'email');
  if (isRefusal(address))
    return reported(services, 'email_change_request', caller, { ...address, user: signedIn.user });
  const outcome = await askForChange(services, signedIn, address, password, caller);
  return audited(services, 'email_change_request', caller, outcome);
}

async function askForChange(
  services: Services,
  signedIn: SignedIn,
  address: Identifier,
  password: string,
  caller: Caller,
): Promise<Asked | Refusal> {
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const credential = await verifyOwnPassword(services, signedIn, password, slot, caller);
  if (isRefusal(credential)) return credential;
  const { user } = signedIn;
  await Promise.all([
    services.audit.keep(caller, 'email_change_request', user.id),
    services.mails.ask('change_email', changeTo(address, user, credential.passwordHash, caller), caller.now),
  ]);
  return { user };
}

/** The change is bound to the current password: replacing the password cancels it. */
function changeTo(
  { typed }: Identifier,
  { id }: User,
  passwordHash: string,
  { language }: Caller,
): Addressed {
  const details = { credential: fingerprintOf(passwordHash) };
  return { userId: id, recipient: typed, isVerified: false, language, details };
}

/** Uses a token that verifies an address: the current one of the account, or its new one. */
export async function verifyEmail(
  services: Services,
  token: string,
  caller: Caller,
): Promise<{ readonly user: Pick<User, 'id'> } | Refusal> {
  const counted = await services.throttle.registration(caller.network, caller.now);
  if (isRefusal(counted)) return reported(services, 'email_verify', caller, counted);
  const own = await services.tokens.take(token, 'verify_email', caller.now);
  if (!isRefusal(own))
    return audited(services, 'email_verify', caller, await markVerified(services, own, caller));
  const other = await services.tokens.take(token, 'change_email', caller.now);
  if (isRefusal(other)) return audited(services, 'email_verify', caller, other);
  return audited(services, 'email_change', caller, await changeEmail(services, other, caller));
}

async function markVerified(
  services: Pick<Services, 'accounts' | 'audit' | 'store'>,
  { userId, email }: Token,
  caller: Caller,
): Promise<{ readonly user: Pick<User, 'id'> } | InvalidToken> {
  const user = await liveUser(services, userId);
  const context = services.audit.context(caller, 'email_verify');
  const verified = user && (await services.store.accounts.verifyEmail(userId, email, caller.now, context));
  return verified ? { user } : { refused: 'invalid_token' };
}

/** The old address gets a notice if links may go there; sessions stay. */
async function changeEmail(
  services: Pick<Services, 'accounts' | 'mails' | 'audit' | 'store'>,
  { userId, email }: Token,
  caller: Caller,
): Promise<{ readonly user: Pick<User, 'id'> } | Refusal> {
  const user = await liveUser(services, userId);
  if (!user) return { refused: 'invalid_token' };
  const context = services.audit.context(caller, 'email_change');
  const outcome = await services.accounts.changeEmail(userId, email, caller.now, context);
  if (outcome === 'identifier_taken') return { refused: 'identifier_taken' };
  if (outcome === 'unknown_account') return { refused: 'invalid_token' };
  if (user.email === null || canonical(user.email) !== canonical(email)) {
    const notice = notifyOwner(services, user, 'email_changed', { email: masked(email) }, caller);
    await afterwards(services, 'email_change', notice);
  }
  return { user };
}

async function liveUser({ store }: Pick<Services, 'store'>, userId: string): Promise<User | undefined> {
  const user = await store.accounts.findUser(userId);
  return user?.disabledAt === null ? user : undefined;
}

/** Its owner recognises it; another reader of the old mailbox does not learn the new address. */
function masked(email: string): string {
  return email.replace(/^(.).*@/, '$1***@');
}
