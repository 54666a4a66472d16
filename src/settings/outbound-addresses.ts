/** The mail server's protection, and the beginning of links in mails. */

import { isLoopback } from './ip-addresses.ts';
import type { Settings } from './settings.ts';

/**
 * How a connection to a mail server is protected: `tls` from the first byte, `starttls` before any login or mail, `local`
 * not at all because it stays on this machine, `off` not at all by configuration.
 */
export type Protection = 'tls' | 'starttls' | 'local' | 'off';

export function protectionOf(smtpUrl: string): Protection {
  const { protocol, hostname, search } = new URL(smtpUrl);
  if (protocol === 'smtps:') return 'tls';
  if (isLoopback(hostname)) return 'local';
  return search === '?tls=off' ? 'off' : 'starttls';
}

/** The beginning of links: the public URL, or this machine. Never a header of a request. */
export function linkBase({ publicUrl, host, port }: Pick<Settings, 'publicUrl' | 'host' | 'port'>): string {
  if (publicUrl !== '') return publicUrl;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
