/** The protection of the mail server's connection, and the base address of links in mails. */

import { isLoopback } from './ip-addresses.ts';
import type { Settings } from './settings.ts';

/**
 * The protection of a connection to a mail server: `tls` from the first byte, `starttls` before any login or mail, `local`
 * unencrypted on this machine, `off` unencrypted by configuration.
 */
export type Protection = 'tls' | 'starttls' | 'local' | 'off';

export function protectionOf(smtpUrl: string): Protection {
  const { protocol, hostname, search } = new URL(smtpUrl);
  if (protocol === 'smtps:') return 'tls';
  if (isLoopback(hostname)) return 'local';
  return search === '?tls=off' ? 'off' : 'starttls';
}

/** The base address of links: the public URL, or this machine. Never a header of a request. */
export function linkBase({ publicUrl, host, port }: Pick<Settings, 'publicUrl' | 'host' | 'port'>): string {
  if (publicUrl !== '') return publicUrl;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
