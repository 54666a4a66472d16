/** The host that a request is for, and whether a page comes from there. */

/** A host and a port (RFC 9110, section 7.2; RFC 3986, sections 3.2.2 and 3.2.3). */
const hostAndPort = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i;

/** Whether a text can be the value of a `Host` header. */
export function isHost(text: string): boolean {
  return hostAndPort.test(text);
}

/**
 * Whether an origin is that of a host. Behind a proxy that ends TLS the scheme is not known here, so that either will do;
 * a port that is the default of the origin's scheme may be written or left out.
 */
export function isOriginOf(origin: string, host: string | null): boolean {
  const [scheme] = /^https?:\/\//.exec(origin) ?? [];
  if (scheme === undefined || host === null || !isHost(host)) return false;
  const own = `${scheme}${host}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}
