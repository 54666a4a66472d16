/** Determines the client network of a request; only trusted proxies may state it (ruling G16). */

import ipaddr from 'ipaddr.js';
import { addressBlock } from '../../settings/address-blocks.ts';
import { holds, type IpAddress } from '../../settings/ip-addresses.ts';
import type { ForwardedHeader, TrustedProxy } from '../../settings/settings.ts';
import type { IncomingRequest } from '../exchange.ts';
import { addressIn, hopsIn } from './forwarded-header.ts';

/** The trusted proxies, and the header they write. */
export interface ProxyTrust {
  readonly trustedProxies: readonly TrustedProxy[];
  /** The one header that trusted proxies write. The other one arrives as the client wrote it and is never read. */
  readonly forwardedHeader: ForwardedHeader;
}

/** An address, a peer on a unix domain socket, or neither. */
type Hop = IpAddress | 'unix' | undefined;

/**
 * The client's network: an IPv4 address, or the first 64 bits of an IPv6 address. The header is read from the right for as
 * long as the hop that wrote it is trusted. Without a usable address all clients count as one.
 */
export function clientNetwork(
  request: IncomingRequest,
  { trustedProxies, forwardedHeader }: ProxyTrust,
): string {
  const { remoteAddress = '' } = request;
  let client: Hop = remoteAddress === 'unix' ? remoteAddress : addressIn(remoteAddress);
  if (isTrusted(client, trustedProxies)) {
    for (const before of hopsIn(forwardedHeader, request.header(forwardedHeader) ?? '')) {
      client = before;
      if (!isTrusted(client, trustedProxies)) break;
    }
  }
  return network(client);
}

export function isTrusted(hop: Hop, trusted: readonly TrustedProxy[]): boolean {
  return trusted.some((proxy) =>
    hop === undefined || hop === 'unix' || proxy === 'unix' ? hop === proxy : holds(proxy, hop),
  );
}

function network(address: Hop): string {
  if (address === undefined || address === 'unix') return 'unknown';
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

/** The network that an operator names: an address, or a block that counts as one network, in the form of the audit. */
export function networkOf(text: string): string | undefined {
  const [address, bits] = addressBlock(text) ?? [];
  if (!address) return undefined;
  const counted = address.kind() === 'ipv4' ? [32] : [64, 128];
  return counted.includes(bits ?? 0) ? network(address) : undefined;
}
