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

/** How many mails one recipient may get in a window. */
export interface MailLimit {
  readonly most: number;
  readonly windowMs: number;
  /** The kinds of mail that are counted; all if it is not said. */
  readonly kinds?: readonly MailKind[];
}

export interface MailStore {
  /** Queues a mail, unless its recipient was sent as many as the limit allows in the window before `createdAt`. */
  enqueue(mail: NewMail, limit: MailLimit): Promise<'queued' | 'too_many'>;
  /** Mails that are to be sent at `now` or before, oldest first. */
  due(now: number, most: number): Promise<QueuedMail[]>;
  /**
   * Puts a mail that is to be sent at `now` or before off to `until`, so that nobody else sends it meanwhile; `false`
   * if somebody else did, or if it is not to be sent any more. Of many that race for one exactly one gets it.
   */
  claim(id: number, now: number, until: number): Promise<boolean>;
  /** Notes that a mail was sent. It still counts against the limit until it is swept. */
  sent(id: number, at: number): Promise<void>;
  /** Notes that sending failed and when to try again; `null` gives it up. */
  failed(id: number, retryAt: number | null): Promise<void>;
  /** Removes at most `most` mails that were sent or given up and created before `before`; returns how many. */
  sweep(before: number, most: number): Promise<number>;
}
