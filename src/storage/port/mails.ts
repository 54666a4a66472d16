/** The port of the mail queue: kind and recipient of each mail, without any secret. */

/** The subject of a mail; its text and the token in its link are made when it is sent, and not stored. */
export type MailKind =
  | 'verify_email'
  | 'change_email'
  | 'reset_password'
  | 'password_changed'
  | 'email_changed'
  | 'new_device'
  | 'factor_added'
  | 'factor_removed'
  | 'recovery_code_used'
  | 'codes_locked';

export interface NewMail {
  readonly kind: MailKind;
  readonly userId: string;
  readonly recipient: string;
  /** Further values in the text, such as the device of a sign-in; and `language`, in which it is written. */
  readonly details: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface QueuedMail extends NewMail {
  readonly id: number;
  /** Failed attempts. */
  readonly failures: number;
}

/** A limit on the mails to one recipient, by its canonical form (ruling G3), in a window. */
export interface MailLimit {
  readonly max: number;
  readonly windowMs: number;
  /** The kinds of mail that count; all by default. */
  readonly kinds?: readonly MailKind[];
  /** `account` counts only mails about the account of this mail; `recipient`, the default, those about any account. */
  readonly per?: 'account' | 'recipient';
}

/**
 * A limit on the valid links of one account at one address. It counts mails of the kind that are not sent yet, and those
 * sent within the lifetime of a token, up to the number of valid tokens of that purpose. (The token of a mail exists before
 * the mail is marked as sent.)
 */
export interface LinkLimit {
  readonly max: number;
  /** The lifetime of a token, in milliseconds. One that expires later was made under a wrong clock, and does not count. */
  readonly lifeMs: number;
}

/** All limits of a mail. */
export interface MailLimits {
  readonly windows: readonly MailLimit[];
  readonly links?: LinkLimit;
}

/** The bounds of due mails. */
export interface Due {
  readonly now: number;
  /** The latest possible instant of a next attempt. A later one was set under a wrong clock: the mail is due now. */
  readonly latest: number;
}

export interface MailStore {
  /**
   * Queues a mail, unless a limit is reached by the mails in the window before `createdAt` or by links. Concurrent calls do
   * not exceed the limits.
   */
  enqueue(mail: NewMail, limits: MailLimits): Promise<'queued' | 'too_many'>;
  /** Due mails: those of the past first, oldest first; then those of a wrong clock. */
  due(due: Due, max: number): Promise<QueuedMail[]>;
  /**
   * Postpones a due mail to `until`, so that no other process sends it meanwhile; `false` if another one did, or if it is
   * no longer due. Of concurrent calls exactly one succeeds.
   */
  claim(id: number, due: Due, until: number): Promise<boolean>;
  /** Marks a mail as sent. It counts for the limits until it is swept. */
  sent(id: number, at: number): Promise<void>;
  /** Records a failed attempt and the instant of the next one; `null` gives the mail up. */
  failed(id: number, retryAt: number | null): Promise<void>;
  /**
   * Removes at most `limit` mails that left the queue and were created before `before` and not sent since; also those
   * created or sent after `after`, under a wrong clock. Returns how many.
   */
  sweep(before: number, after: number, max: number): Promise<number>;
}
