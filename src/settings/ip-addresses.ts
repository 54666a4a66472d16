/** Parses IP addresses and CIDR blocks into one form, so that they can be compared. */

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
const embeddingBits = 96;

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

function isEmbedding(address: IpAddress): boolean {
  return embeddings.some((network) => holds([network, embeddingBits], address));
}

/** An address, or a block of addresses in CIDR notation, in comparable form; `undefined` if it cannot be used. */
export function addressBlock(text: string): AddressBlock | undefined {
  const read = readBlock(text);
  return typeof read === 'string' ? undefined : read;
}

/** The reason why `addressBlock` refuses a text, and the correction; empty if the text does not look like a block. */
export function blockHint(text: string): string {
  const read = readBlock(text);
  return typeof read === 'string' ? read : '';
}

/** A block, or a sentence about the problem. */
function readBlock(text: string): AddressBlock | string {
  const [, bare = '', zone, prefix] = /^([^/%]+)(%[\w.-]*)?(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(bare);
  if (!address) return '';
  if (zone !== undefined)
    return `${text} names a network interface, which is not compared: leave out ${zone}.`;
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (bits > longest) return `${text} has a prefix that is too long: ${longest} bits are the whole address.`;
  if (isEmbedding(address) && bits < embeddingBits)
    return `${text} is larger than all IPv4 addresses: write the IPv4 network, such as 10.0.0.0/8.`;
  const block = comparableBlock([address, bits]);
  const first = firstAddress(block);
  if (first.toString() === block[0].toString()) return block;
  return `${text} is an address inside a network: did you mean ${first}/${block[1]}, or ${block[0]} alone?`;
}

function firstAddress([address, bits]: AddressBlock): IpAddress {
  const block = `${address}/${bits}`;
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(block)
    : ipaddr.IPv6.networkAddressFromCIDR(block);
}

/** Shorter prefixes are larger than any private network (RFC 1918: 8 bits; RFC 4193: 7 bits). */
const minPrivateBits = { ipv4: 8, ipv6: 7 };

/** Whether a block is larger than any private network, so that it contains public addresses. */
export function holdsStrangers([address, bits]: AddressBlock): boolean {
  return bits < minPrivateBits[address.kind()];
}
