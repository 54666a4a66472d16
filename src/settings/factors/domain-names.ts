/** Recognises host names that passkeys can belong to (WebAuthn level 3, section 5.1.2). */

import { parseAddress } from '../ip-addresses.ts';

/** A host name as browsers write it, and not an IP address. */
export function isDomain(text: string): boolean {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  const isName = text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(text);
  // Browsers read some names of digits as an IPv4 address.
  return (
    isName &&
    URL.canParse(`https://${text}`) &&
    new URL(`https://${text}`).hostname === text &&
    parseAddress(text) === undefined
  );
}

/** The host name in an address, or in another notation; `undefined` if there is none. */
export function meantDomain(text: string): string | undefined {
  // A user before the host may include a password, which must not be repeated.
  if (text.includes('@')) return undefined;
  const url = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return isDomain(host) ? host : undefined;
}
