/** Writes a letter as bytes (RFC 5322), as it travels to a mail server and as it is kept in a folder. */

import type { Mailbox } from '../settings/value-parsers.ts';
import { type Message, message } from './message.ts';

/** The longest line that a mail may have, without its end (RFC 5322, section 2.1.1). */
export const maxLineCharacters = 998;

/**
 * Writes a letter. A text that is ASCII travels as it is (`7bit`), so that a link is never encoded, folded or cut,
 * however long it is. A link is ASCII always, so that a text which is not has none; that one is encoded.
 */
export async function render(letter: Message, from: Mailbox): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const compose = (text: string) =>
    new MailComposer({ ...message({ ...letter, text }, from), newline: 'windows' }).compile().build();
  if (!fitsSevenBit(letter.text)) return compose(letter.text);
  // The library encodes lines of more than 76 characters: it writes the headers only.
  const bytes = await compose('.');
  const headers = bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
  return Buffer.concat([headers, Buffer.from(letter.text.replaceAll('\n', '\r\n'))]);
}

function fitsSevenBit(text: string): boolean {
  return text.split('\n').every((line) => line.length <= maxLineCharacters && /^[\t -~]*$/.test(line));
}
