/** The text of every kind of mail: a constant subject, and a body in plain text with its link. */

import type { MailKind, QueuedMail } from '../storage/port/port.ts';
import type { Message } from './message.ts';

/** The page of the application that sets a new password. A fragment appears in no log and in no `Referer`. */
export function resetLink(base: string, token: string): string {
  return `${base}/reset-password#token=${token}`;
}

/** The page of the application that confirms an address with the token. */
function verifyLink(base: string, token: string): string {
  return `${base}/verify-email#token=${token}`;
}

/** The page of the application that registers the holder of an invitation. */
export function registerLink(base: string, token: string): string {
  return `${base}/register#token=${token}`;
}

interface Values {
  /** The public host of the application. */
  readonly site: string;
  readonly base: string;
  /** Empty in a mail without a link. */
  readonly token: string;
  readonly when: string;
  detail(name: string): string;
}

interface Template {
  readonly subject: string;
  body(values: Values): readonly string[];
}

const code = (token: string) => ['Where you are asked for a code instead of a link, it is', '', token, ''];

const notYou = 'If it was not you, set a new password at once: the person who did it knows your password.';

const templates: Readonly<Record<MailKind, Template>> = {
  verify_email: {
    subject: 'Confirm your e-mail address',
    body: ({ site, base, token }) => [
      `Someone, most likely you, has an account with this address at ${site}.`,
      'To confirm that the address is yours, open this link within 24 hours:',
      '',
      verifyLink(base, token),
      '',
      ...code(token),
      'If it was not you, do nothing: the address stays unconfirmed.',
    ],
  },
  change_email: {
    subject: 'Confirm your new e-mail address',
    body: ({ site, base, token }) => [
      `Someone, most likely you, wants to use this address for an account at ${site}.`,
      'To confirm that the address is yours, open this link within 24 hours:',
      '',
      verifyLink(base, token),
      '',
      ...code(token),
      'If it was not you, do nothing: nothing changes.',
    ],
  },
  reset_password: {
    subject: 'Set a new password',
    body: ({ site, base, token }) => [
      `Someone, most likely you, asked for a new password at ${site}.`,
      'To set one, open this link within 30 minutes. It works once, and ends all sessions:',
      '',
      resetLink(base, token),
      '',
      ...code(token),
      'If it was not you, do nothing: the password stays as it is.',
    ],
  },
  password_changed: {
    subject: 'Your password was changed',
    body: ({ site, when }) => [
      `The password of your account at ${site} was changed on ${when}.`,
      'All other sessions have been signed out.',
      '',
      'If it was not you, set a new password at once: your mailbox is enough for that.',
    ],
  },
  email_changed: {
    subject: 'Your e-mail address was changed',
    body: ({ site, when, detail }) => [
      `Your account at ${site} has another e-mail address since ${when}: ${detail('email')}.`,
      'This is the last mail about it to the address you are reading now.',
      '',
      'If it was not you, get in touch with those who run it: the person who did it knows your password.',
    ],
  },
  new_device: {
    subject: 'A new sign-in to your account',
    body: ({ site, when, detail }) => [
      `Someone signed in to your account at ${site} from a device that was not used for it before.`,
      '',
      `When: ${when}`,
      `Device: ${detail('device') || 'unknown'}`,
      `Network: ${detail('network') || 'unknown'}`,
      '',
      notYou,
    ],
  },
};

/** Writes the message of a mail. Links begin with `base`; `token` is empty for a mail without a link. */
export function writeMessage(mail: QueuedMail, base: string, token: string, at: number): Message {
  const { subject, body } = templates[mail.kind];
  const lines = body({
    site: new URL(base).host,
    base,
    token,
    when: minute(mail.createdAt),
    detail: (name) => oneLine(mail.details[name] ?? ''),
  });
  const { kind, id, recipient } = mail;
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
