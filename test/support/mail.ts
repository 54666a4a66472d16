/** A real mail server on a port of its own, and readings of the mails that arrived there or in an outbox. */

import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { type Person, person } from './person.ts';
import type { TestServer } from './server.ts';

/** One mail as it arrived. */
export interface Arrived {
  readonly to: readonly string[];
  readonly subject: string;
  /** The whole message, with quoted-printable undone. */
  readonly raw: string;
  /** The whole message, byte for byte. */
  readonly bytes: string;
  /** Whether it came over an encrypted connection. */
  readonly isEncrypted: boolean;
  /** The token in its link; empty if it has none. */
  readonly token: string;
}

export interface MailServer {
  /** What `GATEHOUSE_SMTP_URL` is set to. */
  readonly url: string;
  readonly mails: readonly Arrived[];
  /** How often a recipient was named, accepted or not. */
  readonly tries: number;
  /** Answers the next recipients with this code and text, or the next senders; 250 takes them again. */
  answer(code: number, text?: string, to?: 'RCPT TO' | 'MAIL FROM'): void;
  /** Waits until so many mails arrived, and returns them. */
  arrived(count: number): Promise<readonly Arrived[]>;
  /** Waits until so many mails arrived, and takes them off the list: a test of other mails does not count them. */
  taken(count: number): Promise<readonly Arrived[]>;
  stop(): Promise<void>;
}

/** What every test about mails is set up with. */
export const publicUrl = 'https://app.example.com';

/** Settings that send mails to a server. */
export function mailingTo({ url }: Pick<MailServer, 'url'>): Record<string, string> {
  return {
    GATEHOUSE_SMTP_URL: url,
    GATEHOUSE_PUBLIC_URL: publicUrl,
    GATEHOUSE_MAIL_FROM: 'Example <login@example.com>',
  };
}

/**
 * Starts a mail server; it offers STARTTLS with a self-signed certificate, like many relays. A test that gives a
 * user and a password is let in with `let me in` alone.
 */
export async function startMailServer(
  port = 0,
  options: SMTPServerOptions = {},
  atEnd: (clean: () => Promise<void>) => void = onTestFinished,
): Promise<MailServer> {
  const mails: Arrived[] = [];
  let tries = 0;
  let refusal: { readonly code: number; readonly text: string; readonly to: string } | undefined;
  const answerTo = (command: string) =>
    refusal?.to === command ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null;
  const server = new SMTPServer({
    authOptional: true,
    // Silent about that certificate.
    logger: false,
    onAuth({ password }, _session, callback) {
      if (password === 'let me in') callback(null, { user: 'gatehouse' });
      else callback(Object.assign(new Error('Authentication failed'), { responseCode: 535 }));
    },
    onMailFrom: (_address, _session, callback) => callback(answerTo('MAIL FROM')),
    onRcptTo(_address, _session, callback) {
      tries += 1;
      callback(answerTo('RCPT TO'));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push(read(Buffer.concat(chunks).toString(), to, session.secure));
        callback();
      });
    },
    ...options,
  });
  // A client that does not like the certificate breaks off.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  atEnd(stop);
  return {
    url: `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    get tries() {
      return tries;
    },
    answer: (code, text = 'Refused by the test', to = 'RCPT TO') => {
      refusal = code === 250 ? undefined : { code, text, to };
    },
    arrived: async (count) => {
      await until(() => mails.length >= count, `${count} mails arrive`);
      return mails;
    },
    taken: async (count) => {
      await until(() => mails.length >= count, `${count} mails arrive`);
      return mails.splice(0, count);
    },
    stop,
  };
}

/** Registers a person, and takes the mail with which they may verify their address off the list. */
export async function newcomer(server: TestServer, mail: MailServer, email?: string): Promise<Person> {
  const registered = await person(server, email);
  await mail.taken(1);
  return registered;
}

/** Reads the mails in an outbox, oldest first. */
export function readOutbox(folder: string): Arrived[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return files.sort().map((name) => read(readFileSync(join(folder, name), 'utf8'), []));
}

function read(bytes: string, to: readonly string[], isEncrypted = false): Arrived {
  const raw = /^Content-Transfer-Encoding: quoted-printable/m.test(bytes) ? unquoted(bytes) : bytes;
  const subject = words(/^Subject: (.*(?:\r?\n[ \t].*)*)$/m.exec(bytes)?.[1] ?? '').trim();
  return { to, subject, raw, bytes, isEncrypted, token: /#token=([a-z0-9]+)/.exec(raw)?.[1] ?? '' };
}

/** Undoes encoded words in a header (RFC 2047). Blanks and line breaks between two of them are no part of the text. */
function words(header: string): string {
  const decoded = (_: string, encoding: string, text: string) =>
    encoding.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString()
      : unquoted(text.replaceAll('_', ' '));
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, decoded)
    .replace(/\r?\n/g, '');
}

/** Undoes quoted-printable (RFC 2045, section 6.7). */
function unquoted(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** Waits until something is so, for ten seconds at most. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}`);
    await wait(10);
  }
}
