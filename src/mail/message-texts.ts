/** Writes the message of a mail from the catalogue, with its link. */

import type { Language } from '../messages/language-choice.ts';
import type { MailTexts } from '../messages/mail-texts.ts';
import { messagesIn } from '../messages/messages.ts';
import type { MailKind, QueuedMail } from '../storage/port/port.ts';
import type { Message } from './message.ts';
import { resetLink, verifyLink } from './page-links.ts';

/** The texts of every kind of mail: a kind without a text in the catalogue does not compile. */
function linesOf(
  texts: MailTexts & Record<MailKind, unknown>,
  mail: QueuedMail,
  base: string,
  token: string,
) {
  const detail = (name: string) => oneLine(mail.details[name] ?? '');
  const site = new URL(base).host;
  const notice = { site, when: minute(mail.createdAt) };
  switch (mail.kind) {
    case 'verify_email':
    case 'change_email':
      return texts[mail.kind].body({ site, link: verifyLink(base, token), code: token });
    case 'reset_password':
      return texts[mail.kind].body({ site, link: resetLink(base, token), code: token });
    case 'password_changed':
    case 'recovery_code_used':
    case 'codes_locked':
      return texts[mail.kind].body(notice);
    case 'email_changed':
      return texts[mail.kind].body({ ...notice, email: detail('email') });
    case 'new_device':
      return texts[mail.kind].body({ ...notice, device: detail('device'), network: detail('network') });
    case 'factor_added':
    case 'factor_removed':
      return texts[mail.kind].body({ ...notice, factor: detail('factor') });
  }
}

/** Where links begin, and the language of mails that have none of their own, or one that is unknown. */
export interface MailSetup {
  readonly linkBase: string;
  readonly language: Language;
}

/** Writes the message of a mail in its language. `token` is empty for a mail without a link. */
export function writeMessage(mail: QueuedMail, setup: MailSetup, token: string, at: number): Message {
  const { mails } = messagesIn(mail.details['language'], setup.language);
  const lines = linesOf(mails, mail, setup.linkBase, token);
  const { kind, id, recipient } = mail;
  const { subject } = mails[kind];
  return { recipient, subject, text: `${lines.map(wrapped).join('\n')}\n`, kind, id, at };
}

/** Wraps a line between words at 72 characters. A link stays on one line. */
function wrapped(line: string): string {
  return line.replace(/(?=.{73})(.{1,72}) /g, '$1\n');
}

function minute(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The text of a client in one line, cut at 100 characters. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 100);
}
