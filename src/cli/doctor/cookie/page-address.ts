/** What a browser knows of an address by looking at it. */

import { isLoopback } from '../../../settings/ip-addresses.ts';

/** Whether it is this machine, whose plain HTTP some browsers trust. */
export function isLocal({ hostname }: URL): boolean {
  return isLoopback(hostname) || hostname.endsWith('.localhost');
}

/** Whether the host is an IP address; URLs write IPv6 in brackets and tidy IPv4. */
export function isIpAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname);
}
