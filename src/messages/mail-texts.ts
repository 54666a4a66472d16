/** The texts of the mails in one language: a constant subject, and a body in plain text. */

/** What a mail with a link may say. */
export interface LinkMail {
  /** The public host of the application. */
  readonly site: string;
  /** Stands on a line of its own. */
  readonly link: string;
  /** The token of the link, which can be typed in its place. */
  readonly code: string;
}

/** What a notice may say. */
export interface NoticeMail {
  /** The public host of the application. */
  readonly site: string;
  /** The minute of the event, in UTC. */
  readonly when: string;
}

/** What the notice of a changed address may say besides. */
export interface AddressMail extends NoticeMail {
  /** The new address, of which only the owner recognises the rest. */
  readonly email: string;
}

/** What the notice of a new device may say besides; both are empty if they are unknown. */
export interface DeviceMail extends NoticeMail {
  readonly device: string;
  readonly network: string;
}

/** What a notice about a second factor may say besides. */
export interface FactorMail extends NoticeMail {
  /** `totp`, `passkey` or `all`; anything else is an unnamed factor. */
  readonly factor: string;
}

export interface MailText<Values> {
  /** One line without values, because it appears where others may read it. */
  readonly subject: string;
  /** The lines of the body; long ones are wrapped later. */
  readonly body: (values: Values) => readonly string[];
}

/** One text for each kind of mail in the queue. */
export interface MailTexts {
  readonly verify_email: MailText<LinkMail>;
  readonly change_email: MailText<LinkMail>;
  readonly reset_password: MailText<LinkMail>;
  readonly password_changed: MailText<NoticeMail>;
  readonly email_changed: MailText<AddressMail>;
  readonly new_device: MailText<DeviceMail>;
  readonly factor_added: MailText<FactorMail>;
  readonly factor_removed: MailText<FactorMail>;
  readonly recovery_code_used: MailText<NoticeMail>;
  readonly codes_locked: MailText<NoticeMail>;
}
