/** IP addresses and blocks of them in one form, so that they can be compared. */

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type IpAddress = ReturnType<typeof ipaddr.parse>;

/** A block of addresses: its first address, and the length of its prefix in bits. */
export type AddressBlock = ReturnType<typeof ipaddr.parseCIDR>;

/** Parses an address strictly: some programs accept `10` and `010.0.0.1`, and misread them. */
export function parseAddress(text: string): IpAddress | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.parse(text);
}

/** Whether a host name or an address, with or without brackets, is this machine. */
export function isLoopback(host: string): boolean {
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'));
  return host.toLowerCase() === 'localhost' || address?.range() === 'loopback';
}

/** IPv6 networks whose last 32 bits are an IPv4 address: mapped (RFC 4291, section 2.5.5.2), NAT64 (RFC 6052, section 2.1). */
const embeddings = ['::ffff:0:0', '64:ff9b::'].map((network) => ipaddr.IPv6.parse(network));
export const embeddingBits = 96;

/** Converts an IPv4 address in IPv6 notation to the IPv4 address; returns any other address unchanged. */
export function comparableAddress(address: IpAddress): IpAddress {
  return isEmbedding(address) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

/** The same for a block. A block that is larger than all IPv4 addresses is returned unchanged. */
export function comparableBlock([address, bits]: AddressBlock): AddressBlock {
  return isEmbedding(address) && bits >= embeddingBits
    ? [comparableAddress(address), bits - embeddingBits]
    : [address, bits];
}

/** Whether a block contains an address. Both are in comparable form. */
export function holds([first, bits]: AddressBlock, address: IpAddress): boolean {
  return first.kind() === address.kind() && address.match(first, bits);
}

/** Whether an IPv6 address stands for one of IPv4. */
export function isEmbedding(address: IpAddress): boolean {
  return embeddings.some((network) => holds([network, embeddingBits], address));
}
