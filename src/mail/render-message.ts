/** Renders a message as bytes (RFC 5322), for a mail server and for a file alike. */

import type { Mailbox } from '../settings/value-parsers.ts';
import { type Message, mailOptions } from './message.ts';

/** The longest line of a message, without its end (RFC 5322, section 2.1.1). */
export const maxLineCharacters = 998;

/**
 * An ASCII text is sent unencoded (`7bit`), so that no link is folded or cut, however long it is. Any other text, such as
 * German, is sent as quoted-printable: `8bit` would need an extension (8BITMIME, RFC 6152), and a relay without it encodes
 * the text again, which breaks signatures (RFC 6376, section 5.3). Every client removes the soft line breaks (RFC 2045,
 * section 6.7), so that the link is whole where people see it.
 */
export async function renderMessage(message: Message, from: Mailbox): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const compose = (text: string) =>
    new MailComposer({
      ...mailOptions({ ...message, text }, from),
      // Otherwise the library chooses base64 for a text with few ASCII letters.
      textEncoding: 'quoted-printable',
      newline: 'windows',
    })
      .compile()
      .build();
  if (!fitsSevenBit(message.text)) return compose(message.text);
  // The library encodes lines of more than 76 characters, so it writes only the headers.
  const bytes = await compose('.');
  const headers = bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
  return Buffer.concat([headers, Buffer.from(message.text.replaceAll('\n', '\r\n'))]);
}

function fitsSevenBit(text: string): boolean {
  return text.split('\n').every((line) => line.length <= maxLineCharacters && /^[\t -~]*$/.test(line));
}
