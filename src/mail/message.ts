/** A message that is ready to be sent, and the transport that sends it. */

import type { Mailbox } from '../settings/value-parsers.ts';

export interface Message {
  /** One address, whose form is checked at registration. */
  readonly recipient: string;
  readonly subject: string;
  /** Plain text with `\n` at the end of each line. */
  readonly text: string;
  readonly kind: string;
  /** The number of the mail in the queue. */
  readonly id: number;
  readonly at: number;
}

/** Delivers messages, to a mail server or to a folder. */
export interface Transport {
  /**
   * Resolves once the mail server has accepted the message, or the file is on disk.
   *
   * @throws {Undeliverable} if a retry cannot succeed; any other error if it may.
   */
  send(message: Message, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** No server will ever accept this message. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** The mail server refuses this sender until the operator acts. The message says how. */
export class SenderRefused extends Error {
  override readonly name = 'SenderRefused';
}

/** Characters that could begin another header. */
const lineEnd = /[\r\n\0]/;

/** The envelope of SMTP, which is independent of the headers. */
export function envelopeOf({ recipient }: Message, from: Mailbox) {
  return { from: from.address, to: [recipient] };
}

/**
 * A message in the form of nodemailer. The recipient is one address and is not parsed. No content makes nodemailer open
 * a file or a URL.
 */
export function mailOptions({ recipient, subject, text, at }: Message, from: Mailbox) {
  if (lineEnd.test(recipient) || lineEnd.test(subject))
    throw new Undeliverable('Its headers are not one line each.');
  return {
    from,
    to: { name: '', address: recipient },
    subject,
    text,
    date: new Date(at),
    // Vacation responders do not answer it (RFC 3834, section 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
