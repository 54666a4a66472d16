/** What the settings say of the addresses that mails go to and lead to. */

import { isLoopback } from './ip-addresses.ts';
import type { Settings } from './settings.ts';

/**
 * How the way to a mail server is protected: `tls` encrypts from the first byte, `starttls` before anything is said;
 * `local` leads to this machine, over no wire; `off` was asked for.
 */
export type Protection = 'tls' | 'starttls' | 'local' | 'off';

export function protectionOf(smtpUrl: string): Protection {
  const { protocol, hostname, search } = new URL(smtpUrl);
  if (protocol === 'smtps:') return 'tls';
  if (isLoopback(hostname)) return 'local';
  return search === '?tls=off' ? 'off' : 'starttls';
}

/** What links begin with: the address people know, or else this machine. Never a header of a request. */
export function linkBase({ publicUrl, host, port }: Pick<Settings, 'publicUrl' | 'host' | 'port'>): string {
  if (publicUrl !== '') return publicUrl;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
