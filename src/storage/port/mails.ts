/** The port of the mail queue: what is to be written to whom, without any secret in it. */

/** What a mail says; the words, and the token in its link, are made when it is sent and kept nowhere. */
export type MailKind =
  | 'verify_email'
  | 'change_email'
  | 'reset_password'
  | 'password_changed'
  | 'email_changed'
  | 'new_device';

export interface NewMail {
  readonly kind: MailKind;
  readonly userId: string;
  readonly recipient: string;
  /** What the words need besides: the device of a sign-in, the new address of a change. */
  readonly details: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface QueuedMail extends NewMail {
  readonly id: number;
  /** How often sending it failed. */
  readonly failures: number;
}

/** How many mails one recipient, by its canonical form (ruling G3), may get in a window. */
export interface MailLimit {
  readonly max: number;
  readonly windowMs: number;
  /** The kinds of mail that are counted; all if it is not said. */
  readonly kinds?: readonly MailKind[];
  /** `account` counts the mails about the account of this mail only; `recipient`, the default, those about any. */
  readonly per?: 'account' | 'recipient';
}

/**
 * How many links of one account may be valid at one address. Counted are the mails of the kind that are not sent yet,
 * and those that were sent within the life of a token, for as many as there are valid tokens of that purpose. (The token
 * of a mail that is being sent is there before the mail is noted as sent.)
 */
export interface LinkLimit {
  readonly max: number;
  /** How long a token is valid. One that expires later was made under a wrong clock, and is not counted. */
  readonly lifeMs: number;
}

/** Every limit that a mail has to keep to be queued. */
export interface MailLimits {
  readonly windows: readonly MailLimit[];
  readonly links?: LinkLimit;
}

/** Which mails are to be sent now. */
export interface Due {
  readonly now: number;
  /**
   * The latest instant that a next try can be set to. One that is set to a later instant was written under a wrong
   * clock: it is due now.
   */
  readonly latest: number;
}

export interface MailStore {
  /**
   * Queues a mail, unless one of the limits is reached: as many mails in the window before `createdAt`, or as many
   * links. Of many at once as many are queued as the limits allow.
   */
  enqueue(mail: NewMail, limits: MailLimits): Promise<'queued' | 'too_many'>;
  /** Mails that are to be sent now: those of the past first, oldest first; then those of a wrong clock. */
  due(due: Due, max: number): Promise<QueuedMail[]>;
  /**
   * Puts a mail that is due off to `until`, so that no other process sends it meanwhile; `false` if another one did, or
   * if it is not to be sent any more. Of many that race for one exactly one gets it.
   */
  claim(id: number, due: Due, until: number): Promise<boolean>;
  /** Notes that a mail was sent. It still counts against the limit until it is swept. */
  sent(id: number, at: number): Promise<void>;
  /** Notes that sending failed and when to try again; `null` gives it up. */
  failed(id: number, retryAt: number | null): Promise<void>;
  /**
   * Removes at most `limit` mails that left the queue, and were created before `before` and not sent since; those created
   * or sent after `after`, under a wrong clock, as well. Returns how many.
   */
  sweep(before: number, after: number, max: number): Promise<number>;
}
