/** Prepares a mail at the moment it is sent: checks that it is still wanted, and makes the token of its link. */

import { maxResetLinks } from '../../concepts/mails.ts';
import { fingerprintOf } from '../../crypto/credential-fingerprint.ts';
import type { QueuedMail, TokenPurpose } from '../../storage/port/port.ts';
import type { Services } from '../services.ts';
import { addressForLinks } from './owner-mail.ts';

/** A mail that may be sent, with the token of its link if it has one. */
export interface Sendable {
  readonly token?: string;
  /** Makes the token void if the mail was not sent; the next attempt makes another. */
  withdraw(): Promise<void>;
}

/** Prepares a mail; `undefined` if it is no longer wanted. */
export async function prepareMail(
  services: Pick<Services, 'tokens' | 'accounts' | 'store'>,
  mail: QueuedMail,
  now: number,
): Promise<Sendable | undefined> {
  switch (mail.kind) {
    case 'verify_email':
    case 'reset_password':
    case 'change_email':
      return withToken(services, mail, mail.kind, now);
    default:
      return { withdraw: async () => {} };
  }
}

/** The token is made before the check: a cancellation in between either voids its tokens or is seen by the check. */
async function withToken(
  services: Pick<Services, 'tokens' | 'accounts' | 'store'>,
  mail: QueuedMail,
  purpose: TokenPurpose,
  now: number,
): Promise<Sendable | undefined> {
  const limit = purpose === 'reset_password' ? maxResetLinks : undefined;
  const token = await services.tokens.mint(mail.userId, purpose, mail.recipient, now, limit);
  const withdraw = async () => {
    await services.tokens.take(token, purpose, now);
  };
  if (await isWanted(services, mail, purpose)) return { token, withdraw };
  await withdraw();
  return undefined;
}

async function isWanted(
  services: Pick<Services, 'accounts' | 'store'>,
  { userId, recipient, details }: QueuedMail,
  purpose: TokenPurpose,
): Promise<boolean> {
  const user = await services.store.accounts.findUser(userId);
  if (!user || user.disabledAt !== null) return false;
  if (purpose === 'verify_email') return user.email === recipient && user.emailVerifiedAt === null;
  if (purpose === 'reset_password') return addressForLinks(user) === recipient;
  const credential = await services.store.accounts.findCredentialOf(userId);
  return credential !== undefined && fingerprintOf(credential.passwordHash) === details['credential'];
}
