/** Finds out which network a request comes from, past proxies that are trusted and no others (ruling G16). */

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AddressBlock } from '../settings.ts';

type Address = ReturnType<typeof ipaddr.process>;

/**
 * The client's network: an IPv4 address, or the first 64 bits of an IPv6 address. `X-Forwarded-For` is read from the
 * right for as long as the hop that wrote it is trusted. Without a usable address all clients count as one.
 */
export function clientNetwork(
  peer: string | undefined,
  forwardedFor: string | null,
  trusted: readonly AddressBlock[],
): string {
  let client = parse(peer);
  if (!client) return 'unknown';
  const hops = forwardedFor === null ? [] : forwardedFor.split(',');
  while (hops.length > 0 && isTrusted(client, trusted)) {
    const before = parse(hops.pop()?.trim());
    if (!before) break;
    client = before;
  }
  return network(client);
}

/** IPv4 addresses written as IPv6 (`::ffff:1.2.3.4`) are read as what they are. */
function parse(text: string | undefined): Address | undefined {
  const bare = text?.replace(/%.*$/, '');
  return bare !== undefined && isIP(bare) !== 0 ? ipaddr.process(bare) : undefined;
}

function isTrusted(address: Address, trusted: readonly AddressBlock[]): boolean {
  return trusted.some(
    ([block, bits]) => block.kind() === address.kind() && address.match(block as never, bits),
  );
}

function network(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
