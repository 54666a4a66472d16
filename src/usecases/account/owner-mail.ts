/** Mail to the owner of an account: where it may go, and notices about the account. */

import type { Addressed, NoticeKind } from '../../concepts/mails.ts';
import type { User } from '../../storage/port/port.ts';
import type { Caller, Services } from '../services.ts';

/** Sends a notice to the address for links; sends none if there is no such address. */
export async function notifyOwner(
  { mails }: Pick<Services, 'mails'>,
  user: User,
  kind: NoticeKind,
  details: Readonly<Record<string, string>>,
  caller: Pick<Caller, 'language' | 'now'>,
): Promise<void> {
  const recipient = addressForLinks(user);
  if (recipient) await mails.notify(kind, { ...addressed(user, recipient, caller), details }, caller.now);
}

/** The owner of an account, at an address. The language is that of the request that causes the mail. */
export function addressed(
  { id, emailVerifiedAt }: User,
  recipient: string,
  { language }: Pick<Caller, 'language'>,
): Addressed {
  return { userId: id, recipient, isVerified: emailVerifiedAt !== null, language };
}

/**
 * The address for links that set a password: a verified one, or one that is the account's name. The owner of such a name
 * expects links there, and may take over an account that another person registered with it.
 */
export function addressForLinks({
  email,
  emailVerifiedAt,
  identifier,
  disabledAt,
}: User): string | undefined {
  const isTheirs = emailVerifiedAt !== null || email === identifier;
  return disabledAt === null && isTheirs ? (email ?? undefined) : undefined;
}
