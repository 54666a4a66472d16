/** Mail to the owner of an account: where it may go, and notices about the account. */

import type { Addressed, NoticeKind } from '../../concepts/mails.ts';
import type { User } from '../../storage/port/port.ts';
import type { Services } from '../services.ts';

/** Sends a notice where a link that sets a password would go; nothing if there is no such address. */
export async function notifyOwner(
  { mails }: Pick<Services, 'mails'>,
  user: User,
  kind: NoticeKind,
  details: Readonly<Record<string, string>>,
  now: number,
): Promise<void> {
  const recipient = addressForLinks(user);
  if (recipient) await mails.notify(kind, { ...addressed(user, recipient), details }, now);
}

/** The owner of an account, at an address. */
export function addressed({ id, emailVerifiedAt }: User, recipient: string): Addressed {
  return { userId: id, recipient, isVerified: emailVerifiedAt !== null };
}

/**
 * Where a link that sets a password may go: to an address that was verified; or to one that names the account, which
 * is what its owner expects of it, and whose owner may take over an account that another person made in their name.
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
