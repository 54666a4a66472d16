/** Posts letters through a mail server (SMTP, RFC 5321). */

import { protectionOf } from '../settings/outbound-addresses.ts';
import type { Mailbox } from '../settings/value-parsers.ts';
import { withFirstLetter } from './mail-library.ts';
import { envelopeOf, SenderRefused, type Transport, Undeliverable } from './message.ts';
import { render } from './render-message.ts';
import { adviceOn, isRecipientRefused, type SmtpError } from './smtp-errors.ts';

/** How long a mail server may take to be reached, to greet, and to say anything at all, in milliseconds. */
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 30_000,
};

/**
 * Posts through the server of a `smtp:` or `smtps:` URL. Nothing is said to it before the connection is encrypted and
 * its certificate was found good: a server that offers no encryption gets neither a password nor a mail. To a server on
 * this machine the connection stays as it is, because a relay there has a certificate that no authority signed.
 */
export function smtpPost(url: string, from: Mailbox): Transport {
  const transport = smtpTransport(url);
  return {
    async send(letter, signal) {
      const raw = await render(letter, from);
      try {
        await (await transport.open()).sendMail({ envelope: envelopeOf(letter, from), raw, signal });
      } catch (error) {
        throw judged(error as SmtpError);
      }
    },
    close: () => transport.close(),
  };
}

/** Reaches a mail server, encrypts, logs in and says good-bye; the sentence is what kept it from that. */
export async function whyMailServerFails(url: string): Promise<string | undefined> {
  const transport = smtpTransport(url);
  try {
    await (await transport.open()).verify();
    return undefined;
  } catch (error) {
    const { code = 'an error', responseCode } = error as SmtpError;
    const advice = adviceOn(error as SmtpError) ?? 'It cannot be reached, or does not answer as it should.';
    return `${advice} (${responseCode ? `${code}, ${responseCode}` : code})`;
  } finally {
    transport.close();
  }
}

function smtpTransport(url: string) {
  const protection = protectionOf(url);
  return withFirstLetter(({ createTransport }) =>
    createTransport({
      // The library would take any option out of the query, also one that stops looking at certificates.
      url: url.replace(/\?.*$/, ''),
      ignoreTLS: protection === 'local' || protection === 'off',
      requireTLS: protection === 'starttls',
      ...timeouts,
    }),
  );
}

function judged(error: SmtpError): Error {
  if (isRecipientRefused(error))
    return new Undeliverable('The mail server knows no such mailbox.', { cause: error });
  const advice = adviceOn(error);
  return advice === undefined ? error : new SenderRefused(advice, { cause: error });
}
