/** A forgotten password: a link by mail, and an answer that says nothing about who exists. */

import { setTimeout as wait } from 'node:timers/promises';
import { reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { addressed, addressForLinks } from './owner-mail.ts';

/**
 * How long the answer takes, in milliseconds, whatever there was to do: several times what the work takes, so that
 * its time does not show.
 */
export const answerAfterMs = 200;

/** What the caller is told: that they asked. */
export interface Forgotten {
  readonly asked: true;
}

/**
 * Sends a link that sets a new password to the address of an account, if there is one. Known and unknown accounts
 * leave an entry in the audit, and a mail is queued together with it.
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
    user && recipient && services.mails.ask('reset_password', addressed(user, recipient), caller.now),
  ]);
  reported(services, 'password_forgot', caller, outcome === 'ok' ? { user } : { refused: outcome, user });
}
