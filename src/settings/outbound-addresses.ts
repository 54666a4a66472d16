/** The protection of the mail server's connection, and the base address of links. */

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

type LinkSettings = Pick<Settings, 'publicUrl' | 'host' | 'port' | 'pages' | 'basePath'>;

/**
 * The base address of links: the public URL, or this machine; never a header of a request. Links lead to the pages of
 * Gatehouse below its base path if they are served, otherwise to pages of the application at its own address.
 */
export function linkBase(settings: LinkSettings): string {
  const { publicUrl, pages, basePath } = settings;
  const address = publicUrl === '' ? ownAddress(settings) : publicUrl;
  // The path alone is compared: the name of a host is no path.
  const isComplete = new URL(address).pathname.endsWith(basePath);
  return pages === true && !isComplete ? `${address}${basePath}` : address;
}

function ownAddress({ host, port }: LinkSettings): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
