/** The host of a request, and whether a page comes from it. */

/** A host and a port (RFC 9110, section 7.2; RFC 3986, sections 3.2.2 and 3.2.3). */
const hostAndPort = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i;

/** Whether a text can be the value of a `Host` header. */
export function isHost(text: string): boolean {
  return hostAndPort.test(text);
}

/**
 * Whether an origin is that of a host. Behind a proxy that ends TLS the scheme is unknown here, so both schemes match. The
 * default port of the origin's scheme may be written or omitted.
 */
export function isOriginOf(origin: string, host: string | null): boolean {
  const [scheme] = /^https?:\/\//.exec(origin) ?? [];
  if (scheme === undefined || host === null || !isHost(host)) return false;
  const own = `${scheme}${host}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}
