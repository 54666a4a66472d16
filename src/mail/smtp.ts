/** Posts letters through a mail server (SMTP, RFC 5321). */

import type { Mailbox } from '../values.ts';
import { message, type Post, Undeliverable } from './letter.ts';
import { withFirstLetter } from './transport.ts';

/** How long a mail server may take to be reached, to greet, and to say anything at all, in milliseconds. */
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 30_000,
};

/** The mailbox does not exist, is not here, or has no such name (RFC 5321, section 4.2.3): it never will. */
const noSuchMailbox: ReadonlySet<unknown> = new Set([550, 551, 553]);

/**
 * Posts through the server of a `smtp:` or `smtps:` URL. On `smtp:` the connection is encrypted as soon as the server
 * offers it, and its certificate must be good; to a server on this machine it stays as it is, because a relay there
 * has a certificate that nobody signed, and nothing to hide on a wire that does not exist.
 */
export function smtpPost(url: string, from: Mailbox): Post {
  const transport = withFirstLetter(({ createTransport }) =>
    createTransport({ url, ignoreTLS: isLocal(url), ...timeouts }),
  );
  return {
    async send(letter, signal) {
      try {
        await (await transport.open()).sendMail({ ...message(letter, from), signal });
      } catch (error) {
        const { command, responseCode } = error as { command?: string; responseCode?: number };
        if (command === 'RCPT TO' && noSuchMailbox.has(responseCode)) {
          throw new Undeliverable('The mail server knows no such mailbox.', { cause: error });
        }
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

function isLocal(url: string): boolean {
  return /^smtp:/.test(url) && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
