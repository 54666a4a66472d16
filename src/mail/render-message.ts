/** Renders a message as bytes (RFC 5322), for a mail server and for a file alike. */

import type { Mailbox } from '../settings/value-parsers.ts';
import { type Message, mailOptions } from './message.ts';

/** The longest line of a message, without its end (RFC 5322, section 2.1.1). */
export const maxLineCharacters = 998;

/**
 * An ASCII text is sent unencoded (`7bit`), so that no link is folded or cut, however long it is. A text that is not
 * ASCII has no link in it, and is encoded.
 */
export async function renderMessage(message: Message, from: Mailbox): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const compose = (text: string) =>
    new MailComposer({ ...mailOptions({ ...message, text }, from), newline: 'windows' }).compile().build();
  if (!fitsSevenBit(message.text)) return compose(message.text);
  // The library encodes lines of more than 76 characters, so it writes only the headers.
  const bytes = await compose('.');
  const headers = bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
  return Buffer.concat([headers, Buffer.from(message.text.replaceAll('\n', '\r\n'))]);
}

function fitsSevenBit(text: string): boolean {
  return text.split('\n').every((line) => line.length <= maxLineCharacters && /^[\t -~]*$/.test(line));
}
