/** A real mail server on a port of its own, and readings of the mails that arrived there or in an outbox. */

import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** One mail as it arrived. */
export interface Arrived {
  readonly to: readonly string[];
  readonly subject: string;
  /** The whole message. */
  readonly raw: string;
  /** The token in its link; empty if it has none. */
  readonly token: string;
}

export interface MailServer {
  /** What `GATEHOUSE_SMTP_URL` is set to. */
  readonly url: string;
  readonly mails: readonly Arrived[];
  /** How often a recipient was named, accepted or not. */
  readonly tries: number;
  /** Answers the next recipients with this code; 250 takes them again. */
  answer(code: number): void;
  /** Waits until so many mails arrived, and returns them. */
  arrived(count: number): Promise<readonly Arrived[]>;
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

/** Starts a mail server; it offers STARTTLS with a certificate that nobody signed, like many a relay. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const mails: Arrived[] = [];
  let tries = 0;
  let code = 250;
  const server = new SMTPServer({
    authOptional: true,
    // Silent about that certificate.
    logger: false,
    onRcptTo(_address, _session, callback) {
      tries += 1;
      const refusal = Object.assign(new Error('Refused by the test'), { responseCode: code });
      callback(code === 250 ? null : refusal);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push(read(Buffer.concat(chunks).toString(), to));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(stop);
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    get tries() {
      return tries;
    },
    answer: (next) => {
      code = next;
    },
    arrived: async (count) => {
      await until(() => mails.length >= count, `${count} mails arrive`);
      return mails;
    },
    stop,
  };
}

/** Reads the mails in an outbox, oldest first. */
export function readOutbox(folder: string): Arrived[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return files.sort().map((name) => read(readFileSync(join(folder, name), 'utf8'), []));
}

function read(bytes: string, to: readonly string[]): Arrived {
  const raw = /^Content-Transfer-Encoding: quoted-printable/m.test(bytes) ? unquoted(bytes) : bytes;
  const subject = /^Subject: (.*)$/m.exec(raw)?.[1]?.trim() ?? '';
  return { to, subject, raw, token: /#token=([a-z0-9]+)/.exec(raw)?.[1] ?? '' };
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
