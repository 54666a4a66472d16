/** Enrolment sessions: what a login gives where a second factor is required and missing (ruling F6). */

import type { BrowserToken } from '../../concepts/browser-tokens.ts';
import type { Lasting } from '../../concepts/sessions/sessions.ts';
import { fingerprintOf } from '../../crypto/credential-fingerprint.ts';
import type { IdFormat } from '../../crypto/ids.ts';
import type { Credential, User } from '../../storage/port/port.ts';
import type { Caller, Services } from '../services.ts';

/**
 * An enrolment session. It is a browser token and no row among the sessions: no check of a session, here or in code that is
 * written later, can take it for one.
 */
export interface Enrolment {
  /** It stands where the id of a session would. */
  readonly id: string;
  readonly lasting: Lasting;
  readonly createdAt: number;
  readonly deviceIds: readonly string[];
}

/** A person who may do nothing but enrol. */
export interface Enrolling {
  readonly user: User;
  readonly id: string;
  readonly token: BrowserToken;
}

/** Begins an enrolment session, for half an hour; `undefined` if the user is gone. */
export async function enrolmentOf(
  services: Pick<Services, 'browserTokens' | 'devices'>,
  { userId, passwordHash }: Pick<Credential, 'userId' | 'passwordHash'>,
  { idFormat, lasting = 'lifetime' }: { readonly idFormat: IdFormat; readonly lasting?: Lasting | undefined },
  caller: Caller,
): Promise<Enrolment | undefined> {
  const details = { idFormat, lasting, contract: caller.contract, credential: fingerprintOf(passwordHash) };
  const minted = await services.browserTokens.mint('enrolment', { userId, details, idFormat }, caller.now);
  if (!minted) return undefined;
  const deviceIds = services.devices.unremembered(caller);
  // The cookie ends with the browser: what it names ends in half an hour.
  return { id: minted.text, lasting: 'browser', createdAt: caller.now, deviceIds };
}

/** The person of an enrolment session; `undefined` if it is none, or if the password was changed since. */
export async function enrollingBy(
  services: Pick<Services, 'browserTokens' | 'store'>,
  id: string,
  now: number,
): Promise<Enrolling | undefined> {
  const token = await services.browserTokens.look([id], 'enrolment', now);
  if (!token || token.userId === null) return undefined;
  const [user, credential] = await Promise.all([
    services.store.accounts.findUser(token.userId),
    services.store.accounts.findCredentialOf(token.userId),
  ]);
  if (!user || user.disabledAt !== null || !credential) return undefined;
  return fingerprintOf(credential.passwordHash) === token.details['credential']
    ? { user, id, token }
    : undefined;
}
