/** Sends messages through a mail server (SMTP, RFC 5321). */

import { protectionOf } from '../settings/outbound-addresses.ts';
import type { Mailbox } from '../settings/value-parsers.ts';
import { envelopeOf, SenderRefused, type Transport, Undeliverable } from './message.ts';
import { renderMessage } from './render-message.ts';
import { adviceOn, isRecipientRefused, type SmtpError } from './smtp-errors.ts';

/** The longest time for a connection, for the greeting, and between two replies, in milliseconds. */
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 30_000,
};

/** Loads the mail library at the start, because that blocks the event loop for a tenth of a second. */
export async function loadMailLibrary(): Promise<void> {
  await Promise.all([import('nodemailer'), import('nodemailer/lib/mail-composer')]);
}

/**
 * Sends through the server of a `smtp:` or `smtps:` URL. Nothing is sent before the connection is encrypted and the
 * certificate verified: a server that offers no encryption gets neither a password nor a message. A connection to this
 * machine is not encrypted, because a local relay has no certificate of a known authority.
 */
export function smtpTransport(url: string, from: Mailbox): Transport {
  const client = smtpClient(url);
  return {
    async send(message, signal) {
      const raw = await renderMessage(message, from);
      try {
        await (await client.open()).sendMail({ envelope: envelopeOf(message, from), raw, signal });
      } catch (error) {
        throw classified(error as SmtpError);
      }
    },
    close: client.close,
  };
}

/** Connects to a mail server, encrypts, logs in and quits. Returns a sentence about the failure, if any. */
export async function smtpProblem(url: string): Promise<string | undefined> {
  const client = smtpClient(url);
  try {
    await (await client.open()).verify();
    return undefined;
  } catch (error) {
    const { code = 'an error', responseCode } = error as SmtpError;
    const advice = adviceOn(error as SmtpError) ?? 'It cannot be reached, or does not answer as it should.';
    return `${advice} (${responseCode ? `${code}, ${responseCode}` : code})`;
  } finally {
    client.close();
  }
}

/** Creates the client at its first use: many servers never send a message and need not load the library. */
function smtpClient(url: string) {
  const protection = protectionOf(url);
  const create = async () => {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      // The library would read options from the query, including one that turns off the verification of certificates.
      url: url.replace(/\?.*$/, ''),
      ignoreTLS: protection === 'local' || protection === 'off',
      requireTLS: protection === 'starttls',
      ...timeouts,
    });
  };
  let created: ReturnType<typeof create> | undefined;
  return {
    open: () => {
      created ??= create();
      return created;
    },
    close: () => {
      // The caller that tried to send has received the error.
      created?.then(
        (client) => client.close(),
        () => {},
      );
    },
  };
}

function classified(error: SmtpError): Error {
  if (isRecipientRefused(error))
    return new Undeliverable('The mail server knows no such mailbox.', { cause: error });
  const advice = adviceOn(error);
  return advice === undefined ? error : new SenderRefused(advice, { cause: error });
}
