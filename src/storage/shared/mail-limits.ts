/** The counts that a store checks before it queues a mail: the mail is refused if one has reached its maximum. */

import { clockSlackMs, type MailKind, type MailLimits, type NewMail } from '../port/port.ts';
import { canonical } from './canonical-form.ts';

/** Mails to one recipient, created later than `after` and not later than `until`. */
export interface MailCount {
  readonly max: number;
  readonly canonical: string;
  /** `null` for all kinds. */
  readonly kinds: readonly MailKind[] | null;
  /** `null` for mails about any account. */
  readonly userId: string | null;
  readonly after: number;
  readonly until: number;
}

/**
 * Links of one account to one recipient: mails of the kind that are not sent yet, and those sent later than `sentAfter` and
 * not later than `sentUntil`, up to the number of tokens that expire in their own span.
 */
export interface LinkCount {
  readonly max: number;
  readonly canonical: string;
  readonly recipient: string;
  readonly kind: MailKind;
  readonly userId: string;
  readonly sentAfter: number;
  readonly sentUntil: number;
  readonly expiresAfter: number;
  readonly expiresUntil: number;
}

/** The counts of mails to check. Mails created slightly later count too, since requests may arrive out of order. */
export function mailCountsOf(
  { recipient, userId, createdAt }: NewMail,
  { windows }: MailLimits,
): MailCount[] {
  return windows.map(({ max, windowMs, kinds = null, per }) => ({
    max,
    canonical: canonical(recipient),
    kinds,
    userId: per === 'account' ? userId : null,
    after: createdAt - windowMs,
    until: createdAt + clockSlackMs,
  }));
}

/** The count of links to check, if they are limited. */
export function linkCountOf(mail: NewMail, { links }: MailLimits): LinkCount | undefined {
  if (!links) return undefined;
  const { kind, userId, recipient, createdAt } = mail;
  return {
    max: links.max,
    canonical: canonical(recipient),
    recipient,
    kind,
    userId,
    sentAfter: createdAt - links.lifeMs,
    sentUntil: createdAt + clockSlackMs,
    expiresAfter: createdAt,
    expiresUntil: createdAt + links.lifeMs + clockSlackMs,
  };
}
