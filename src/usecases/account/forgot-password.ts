/** A forgotten password: a link by mail, and an answer that does not say which accounts exist. */

import { setTimeout as wait } from 'node:timers/promises';
import { reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { addressed, addressForLinks } from './owner-mail.ts';

/** The duration of every answer, in milliseconds: several times that of the work, so that timing reveals nothing. */
export const answerAfterMs = 200;

/** The outcome of a request, the same with and without an account. */
export interface Forgotten {
  readonly asked: true;
}

/**
 * Sends a link that sets a new password to the address of an account, if it exists. Known and unknown accounts both
 * get an audit entry; a mail is queued at the same time.
 */
export async function forgot(
  services: Pick<Services, 'accounts' | 'throttle' | 'mails' | 'audit' | 'store'>,
  identifier: string,
  caller: Caller,
): Promise<Forgotten | Refusal> {
  const counted = await services.throttle.registration(caller.network, caller.now);
  if (isRefusal(counted)) return reported(services, 'password_forgot', caller, counted);
  await Promise.all([wait(answerAfterMs), sendLink(services, identifier, caller)]);
  return { asked: true };
}

async function sendLink(
  services: Pick<Services, 'accounts' | 'mails' | 'audit' | 'store'>,
  identifier: string,
  caller: Caller,
): Promise<void> {
  const credential = await services.accounts.credential(identifier);
  const user = credential && (await services.store.accounts.findUser(credential.userId));
  const recipient = user && addressForLinks(user);
  const outcome = recipient ? 'ok' : user ? 'no_address' : 'unknown_account';
  await Promise.all([
    services.audit.keep(caller, 'password_forgot', user?.id, outcome),
    user && recipient && services.mails.ask('reset_password', addressed(user, recipient, caller), caller.now),
  ]);
  reported(services, 'password_forgot', caller, outcome === 'ok' ? { user } : { refused: outcome, user });
}
