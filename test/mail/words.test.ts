/** The words of mails: links from the settings alone, and nothing a client said in a header or on a line of its own. */

import { expect, test } from 'vitest';
import { mailOptions, Undeliverable } from '../../src/mail/message.ts';
import { writeMessage } from '../../src/mail/message-texts.ts';
import { languageNames } from '../../src/messages/language-choice.ts';
import { linkBase } from '../../src/settings/outbound-addresses.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { warnings } from '../../src/settings/warnings.ts';
import type { MailKind, QueuedMail } from '../../src/storage/port/port.ts';

const base = 'https://app.example.com/a';
const setup = { linkBase: base, language: 'en' } as const;
const token = 'abcdefghijklmnopqrstuvwxyz';

function mail(kind: MailKind, details: Record<string, string> = {}): QueuedMail {
  return { id: 7, kind, userId: 'joe', recipient: 'joe@example.com', details, createdAt: 0, failures: 0 };
}

const kinds: MailKind[] = [
  'verify_email',
  'change_email',
  'reset_password',
  'password_changed',
  'email_changed',
  'new_device',
  'factor_added',
  'factor_removed',
  'recovery_code_used',
  'codes_locked',
];

test.each(kinds)('%s is plain ASCII in short lines, with a link only where there is a token', (kind) => {
  const details = { device: 'Firefox on Linux', network: '192.0.2.1', email: 'a***@example.com' };
  const { subject, text } = writeMessage(mail(kind, details), setup, token, 0);
  expect(subject).toMatch(/^[A-Z][ -~]{10,40}$/);
  for (const line of text.split('\n')) expect(line).toMatch(/^[ -~]{0,76}$/);
  const isWithLink = ['verify_email', 'change_email', 'reset_password'].includes(kind);
  expect(text.includes(token)).toBe(isWithLink);
  if (isWithLink) expect(text).toMatch(/^https:\/\/app\.example\.com\/a\/[a-z-]+#token=[a-z]{26}$/m);
});

test.each(kinds)('%s in another language has the same links and values, in short lines', (kind) => {
  const details = { device: 'Firefox on Linux', network: '192.0.2.1', email: 'a***@example.com' };
  const english = writeMessage(mail(kind, details), setup, token, 0);
  const values =
    /https:\S+|^[a-z]{26}$|app\.example\.com|a\*\*\*@example\.com|Firefox on Linux|192\.0\.2\.1|1970\S+ 00:00 UTC/gm;
  // Undoes the wrapping.
  const valuesOf = (text: string) => (text.replace(/(?<!\n)\n(?!\n)/g, ' ').match(values) ?? []).toSorted();
  for (const language of languageNames) {
    const { subject, text } = writeMessage(mail(kind, { ...details, language }), setup, token, 0);
    expect(subject, language).toMatch(/^\p{Lu}[\p{L} -]{10,50}$/u);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
    expect(valuesOf(text)).toEqual(valuesOf(english.text));
    if (language !== 'en') expect([subject, text]).not.toEqual([english.subject, english.text]);
    // The language decides the text and is no part of it.
    expect(text).not.toMatch(new RegExp(`\\b${language}\\b`));
  }
});

test('a mail without a language, or in an unknown one, is in that of the server', () => {
  const subjectOf = (details: Record<string, string>, language: 'en' | 'de') =>
    writeMessage(mail('reset_password', details), { linkBase: base, language }, token, 0).subject;
  for (const details of [{}, { language: '' }, { language: 'fr' }, { language: '__proto__' }]) {
    expect(subjectOf(details, 'en')).toBe('Set a new password');
    expect(subjectOf(details, 'de')).toBe('Legen Sie ein neues Passwort fest');
  }
  expect(subjectOf({ language: 'en' }, 'de')).toBe('Set a new password');
});

test('a new device is described by what is known of it, on one line each', () => {
  const evil = 'Firefox\r\nBcc: eve@example.com\n\nWin a prize\u2028now\u202e';
  const { text } = writeMessage(mail('new_device', { device: evil, network: '192.0.2.1' }), setup, '', 0);
  expect(text).toContain('Device: Firefox Bcc: eve@example.com Win a prize now \n');
  expect(text).toContain('When: 1970-01-01 00:00 UTC\n');
  expect(text.split('\n').filter((line) => /^(?:Bcc|Win)/.test(line))).toEqual([]);
});

test('an address or a subject that would begin another header is never sent', () => {
  const message = writeMessage(mail('reset_password'), setup, token, 0);
  const from = { name: '', address: 'login@example.com' };
  for (const end of ['\r\n', '\n', '\r', '\0']) {
    const recipient = `joe@example.com${end}Bcc: eve@example.com`;
    expect(() => mailOptions({ ...message, recipient }, from)).toThrow(Undeliverable);
    expect(() => mailOptions({ ...message, subject: `Hello${end}Bcc: eve@example.com` }, from)).toThrow(
      Undeliverable,
    );
  }
});

test('links begin with GATEHOUSE_PUBLIC_URL, or else lead to this machine', () => {
  const of = (env: Record<string, string>) => linkBase(readSettings(env));
  expect(of({ GATEHOUSE_PUBLIC_URL: 'https://app.example.com/' })).toBe('https://app.example.com');
  expect(of({ GATEHOUSE_PUBLIC_URL: 'https://app.example.com/a/b//' })).toBe('https://app.example.com/a/b');
  expect(of({})).toBe('http://127.0.0.1:3000');
  expect(of({ HOST: '0.0.0.0', PORT: '80' })).toBe('http://127.0.0.1:80');
  expect(of({ HOST: '::' })).toBe('http://[::1]:3000');
});

test('a start that sends mails warns of links to this machine and of a sender that is not trusted', () => {
  const about = (env: Record<string, string>) =>
    warnings(readSettings(env)).map((line) => line.split(' ')[0]);
  const smtp = { GATEHOUSE_SMTP_URL: 'smtp://localhost' };
  expect(about({})).toEqual([]);
  expect(about(smtp)).toEqual(['GATEHOUSE_PUBLIC_URL', 'GATEHOUSE_MAIL_FROM']);
  const rest = { GATEHOUSE_PUBLIC_URL: 'https://a.b', GATEHOUSE_MAIL_FROM: 'login@a.b' };
  expect(about({ ...smtp, ...rest })).toEqual([]);
  const to = (url: string) => about({ ...rest, GATEHOUSE_SMTP_URL: url });
  for (const safe of [
    'smtp://mail.a.b',
    'smtps://mail.a.b',
    'smtp://127.0.0.1?tls=off',
    'smtp://[::1]?tls=off',
  ]) {
    expect(to(safe)).toEqual([]);
  }
  for (const open of [
    'smtp://mail.a.b?tls=off',
    'smtp://127.0.0.1.a.b:25?tls=off',
    'smtp://192.0.2.1?tls=off',
  ]) {
    expect(to(open)).toEqual(['GATEHOUSE_SMTP_URL']);
  }
});

test('settings that cannot be used for mails stop the start, and passwords are not repeated', () => {
  const problems = (env: Record<string, string>): string => {
    try {
      readSettings(env);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const url of ['app.example.com', 'ftp://a.b', 'https://u:p@a.b', 'https://a.b?x', 'https://a.b#x']) {
    expect(problems({ GATEHOUSE_PUBLIC_URL: url })).toContain('GATEHOUSE_PUBLIC_URL');
  }
  for (const url of ['mail.example.com', 'http://a.b', 'smtp://', 'smtp://user:secret word@a.b']) {
    const said = problems({ GATEHOUSE_SMTP_URL: url });
    expect(said).toContain('GATEHOUSE_SMTP_URL has an unusable value');
    expect(said).not.toContain('secret');
  }
  for (const query of [
    '?tls=on',
    '?tls.rejectUnauthorized=false',
    '?ignoreTLS=true',
    '?tls=off&pool=true',
    '#x',
  ]) {
    expect(problems({ GATEHOUSE_SMTP_URL: `smtp://a.b${query}` })).toContain('GATEHOUSE_SMTP_URL');
  }
  expect(problems({ GATEHOUSE_SMTP_URL: 'smtps://a.b?tls=off' })).toContain('GATEHOUSE_SMTP_URL');
  expect(readSettings({ GATEHOUSE_SMTP_URL: 'smtp://a.b?tls=off' }).smtpUrl).toBe('smtp://a.b?tls=off');
  const long = `https://app.example.com/${'a'.repeat(876)}`;
  expect(readSettings({ GATEHOUSE_PUBLIC_URL: long }).publicUrl).toHaveLength(900);
  expect(problems({ GATEHOUSE_PUBLIC_URL: `${long}a` })).toContain('GATEHOUSE_PUBLIC_URL');
  for (const from of ['nobody', 'a@b, c@d', 'A <a@b>, B <c@d>', '"A" <a@b', 'A\u0007 <a@b>', '<a@b> c']) {
    expect(problems({ GATEHOUSE_MAIL_FROM: from })).toContain('GATEHOUSE_MAIL_FROM');
  }
  expect(readSettings({ GATEHOUSE_MAIL_FROM: 'Grüße aus Köln <a@b.de>' }).mailFrom).toEqual({
    name: 'Grüße aus Köln',
    address: 'a@b.de',
  });
});
