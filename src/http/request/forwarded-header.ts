/** Reads the hops of a request from the header that proxies write. */

import { isIP } from 'node:net';
import { comparableAddress, type IpAddress, parseAddress } from '../../settings/ip-addresses.ts';
import type { ForwardedHeader } from '../../settings/settings.ts';

/** Elements that are read of a header, empty ones included; those further left are ignored. */
export const maxHops = 32;

/** The longest address has fewer, with its port, brackets, zone and quotes. */
const maxHopCharacters = 128;

/**
 * The addresses in a header, from the last one to the first. Empty elements are skipped (RFC 9110, section 5.6.1.2); an
 * element without an address ends the list.
 */
export function* hopsIn(header: ForwardedHeader, value: string): Generator<IpAddress> {
  const isForwarded = header === 'forwarded';
  const commaBefore = isForwarded ? commaOutsideQuotes : comma;
  const read = isForwarded ? forwardedAddress : addressIn;
  let end = value.length;
  for (let hop = 0; hop < maxHops && end >= 0; hop += 1) {
    const start = commaBefore(value, end);
    const element = value.slice(start + 1, end).trim();
    end = start;
    if (element === '') continue;
    const address = read(element);
    if (!address) return;
    yield address;
  }
}

/** The address in an element of `X-Forwarded-For`: with or without quotes, brackets and a port. */
export function addressIn(element: string): IpAddress | undefined {
  if (element.length > maxHopCharacters) return undefined;
  const bare = /^"([^"]*)"$/.exec(element)?.[1] ?? element;
  const [, ipv6, ipv4] = /^(?:\[([^\]]*:[^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(bare) ?? [];
  return parsed(withoutZone(ipv6 ?? ipv4 ?? bare));
}

function withoutZone(text: string): string {
  return text.includes(':') ? text.replace(/%[\w.~-]+$/, '') : text;
}

function parsed(text: string): IpAddress | undefined {
  const address = parseAddress(text);
  return address && comparableAddress(address);
}

/** The index of the last comma before `end`; -1 if there is none. */
function comma(value: string, end: number): number {
  return end === 0 ? -1 : value.lastIndexOf(',', end - 1);
}

/**
 * The same, ignoring commas in quoted strings. The search begins at the right, where the trusted proxy wrote: a quote that
 * a client left open further left cannot hide what was appended to it.
 */
function commaOutsideQuotes(value: string, end: number): number {
  let isQuoted = false;
  for (let at = end - 1; at >= 0; at -= 1) {
    if (value[at] === '"' && !isEscaped(value, at)) isQuoted = !isQuoted;
    else if (value[at] === ',' && !isQuoted) return at;
  }
  return -1;
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(value: string, at: number): boolean {
  let before = at;
  while (value[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

/** An optional pair of an element, and its separator (RFC 7239, section 4). Blanks around `;` are accepted too. */
const pair = /[\t ]*(?:([!#$%&'*+.^`|~\w-]+)=(?:([!#$%&'*+.^`|~\w-]+)|"((?:[^"\\]|\\.)*)")[\t ]*)?(;|$)/y;

/** A node with an address (RFC 7239, section 6); `unknown` and `_hidden` are nodes without one. */
const node = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/i;

/** The address in an element of `Forwarded`; `undefined` if it has none or is malformed. */
function forwardedAddress(element: string): IpAddress | undefined {
  const values = new Map<string, string>();
  pair.lastIndex = 0;
  for (let separator = ';'; separator === ';'; ) {
    const [matched, name, token, quoted, end] = pair.exec(element) ?? [];
    if (matched === undefined) return undefined;
    separator = end ?? '';
    if (name === undefined) continue;
    const lowerCase = name.toLowerCase();
    if (values.has(lowerCase)) return undefined;
    values.set(lowerCase, token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  const [, ipv6 = '', ipv4 = ''] = node.exec(values.get('for') ?? '') ?? [];
  return isIP(ipv6) === 6 || isIP(ipv4) === 4 ? parsed(ipv6 || ipv4) : undefined;
}
