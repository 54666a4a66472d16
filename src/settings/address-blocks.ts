/** Reads the addresses and blocks of addresses that an operator writes. */

import ipaddr from 'ipaddr.js';
import {
  type AddressBlock,
  comparableBlock,
  embeddingBits,
  type IpAddress,
  isEmbedding,
  parseAddress,
} from './ip-addresses.ts';

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
