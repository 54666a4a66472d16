/** Notices: what the owner of an account is told unasked. */

import type { NoticeKind } from '../../concepts/mails.ts';
import type { User } from '../../storage/port/port.ts';
import type { Services } from '../services.ts';
import { addressed, addressForLinks } from './forgot-password.ts';

/** Sends a notice where a link that sets a password would go; nothing if there is no such address. */
export async function notifyOwner(
  services: Services,
  user: User,
  kind: NoticeKind,
  details: Readonly<Record<string, string>>,
  now: number,
): Promise<void> {
  const recipient = addressForLinks(user);
  if (recipient) await services.mails.notify(kind, { ...addressed(user, recipient), details }, now);
}
