/** A mail in words, ready to be posted, and who posts it. */

import type { Mailbox } from '../settings/value-parsers.ts';

export interface Message {
  /** One address, whose form was checked when it was given. */
  readonly recipient: string;
  readonly subject: string;
  /** Plain text with `\n` at the end of each line. */
  readonly text: string;
  readonly kind: string;
  /** The number of the mail in the queue. */
  readonly id: number;
  readonly at: number;
}

/** Hands letters over, to a mail server or to a folder. */
export interface Transport {
  /**
   * Resolves once another server is responsible for the message.
   *
   * @throws {Undeliverable} if trying again is of no use; any other error if it may be.
   */
  send(letter: Message, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** No server will ever take this message. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** The mail server refuses this sender, or what it sends, until the operator does something: the message says what. */
export class SenderRefused extends Error {
  override readonly name = 'SenderRefused';
}

/** What could end a line of a header and begin another. */
const lineEnd = /[\r\n\0]/;

/** Whom the mail server is told a letter is from and for, which has nothing to do with its headers. */
export function envelopeOf({ recipient }: Message, from: Mailbox) {
  return { from: from.address, to: [recipient] };
}

/**
 * A letter as nodemailer wants it. The recipient is given as an address, never as a text to find addresses in; nothing
 * in a letter makes nodemailer open a file or a URL.
 */
export function message({ recipient, subject, text, at }: Message, from: Mailbox) {
  if (lineEnd.test(recipient) || lineEnd.test(subject))
    throw new Undeliverable('Its headers are not one line each.');
  return {
    from,
    to: { name: '', address: recipient },
    subject,
    text,
    date: new Date(at),
    // No holiday notice answers it (RFC 3834, section 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
