/** Facts about an address that need no request. */

import { isLoopback } from '../../../settings/ip-addresses.ts';

/** Whether it is this machine, whose plain HTTP some browsers trust. */
export function isLocal({ hostname }: URL): boolean {
  return isLoopback(hostname) || hostname.endsWith('.localhost');
}

/** Whether the host is an IP address; URLs have IPv6 in brackets and normalised IPv4. */
export function isIpAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname);
}
