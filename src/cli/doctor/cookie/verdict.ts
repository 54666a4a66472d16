/** Decides whether a browser keeps a cookie, and why not (RFC 6265bis, section 5.7, and further rules of browsers). */

import { defaultPath, domainMatch, pathMatch } from 'tough-cookie';
import { crossSiteNotes, crossSiteReasons, isPublicSuffix, siteOf } from './cross-site.ts';
import { isIpAddress, isLocal } from './page-address.ts';
import { type CookieLine, readLine } from './set-cookie-line.ts';

/** The verdict on a cookie. */
export interface Judgement {
  readonly name: string;
  /** `removed`: the line is valid and deletes a cookie, as a logout does. */
  readonly verdict: 'kept' | 'removed' | 'dropped';
  /** All reasons why it is dropped, one sentence each. */
  readonly reasons: readonly string[];
  /** Further notes: differences between browsers, and requests that will not carry the cookie. */
  readonly notes: readonly string[];
}

/** The limit of name and value together, in bytes. */
const maxBytes = 4_096;

/** No browser keeps a cookie for longer, in milliseconds. */
const maxLifeMs = 400 * 86_400_000;

const dayMs = 86_400_000;

/**
 * Judges a line, without its `Set-Cookie:`, in the answer from `url`. `page` is the page whose script sent the request;
 * without it the user typed the address or followed a link.
 */
export function judge(line: string, url: URL, page: URL | undefined, now: number): Judgement {
  const cookie = readLine(line, now);
  const reasons = [
    ...formReasons(line, cookie),
    ...secureReasons(cookie, url),
    ...prefixReasons(cookie),
    ...domainReasons(cookie, url),
    ...crossSiteReasons(cookie, siteOf(url, page)),
  ];
  const isOver = cookie.expiresAt !== undefined && cookie.expiresAt <= now;
  return {
    name: cookie.name,
    verdict: reasons.length > 0 ? 'dropped' : isOver ? 'removed' : 'kept',
    reasons,
    notes: [...notes(line, cookie, url, now), ...crossSiteNotes(cookie, url, page)],
  };
}

function formReasons(line: string, { name, value }: CookieLine): string[] {
  const bytes = Buffer.byteLength(name) + Buffer.byteLength(value);
  return [
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    ...(/[\x00-\x08\x0a-\x1f\x7f]/.test(line) ? ['It contains a control character.'] : []),
    ...(name === '' && value === '' ? ['It has neither a name nor a value.'] : []),
    ...(bytes > maxBytes
      ? [`Its name and value have ${bytes} bytes; ${maxBytes} are the most a browser keeps.`]
      : []),
  ];
}

function secureReasons({ secure, partitioned, sameSite }: CookieLine, url: URL): string[] {
  const isNone = sameSite?.toLowerCase() === 'none';
  return [
    ...(secure && url.protocol === 'http:' && !isLocal(url)
      ? ['It is Secure, and came over plain HTTP: use HTTPS, or GATEHOUSE_DEBUG=true for development.']
      : []),
    ...(isNone && !secure ? ['SameSite=None needs Secure.'] : []),
    ...(partitioned && !secure ? ['Partitioned needs Secure.'] : []),
  ];
}

/** The rules for the prefixes of names (section 4.1.3), in any letter case. */
function prefixReasons({ name, value, secure, httpOnly, domain, path }: CookieLine): string[] {
  const isPrefixed = (text: string, prefix: string) => text.toLowerCase().startsWith(prefix);
  if (name === '') {
    const pretends = ['__secure-', '__host-', '__http-'].some((prefix) => isPrefixed(value, prefix));
    return pretends ? ['It has no name, and a value that looks like a name with a prefix.'] : [];
  }
  const isHostHttp = isPrefixed(name, '__host-http-');
  const isHost = isPrefixed(name, '__host-');
  const isHttp = isHostHttp || isPrefixed(name, '__http-');
  const prefix = name.slice(0, isHostHttp ? 12 : isHost ? 7 : isHttp ? 7 : 9);
  const needsSecure = isHost || isHttp || isPrefixed(name, '__secure-');
  return [
    ...(needsSecure && !secure ? [`A name that begins with ${prefix} needs Secure.`] : []),
    ...(isHttp && !httpOnly ? [`A name that begins with ${prefix} needs HttpOnly.`] : []),
    ...(isHost && domain !== undefined ? [`A name that begins with ${prefix} allows no Domain.`] : []),
    ...(isHost && path !== '/' ? [`A name that begins with ${prefix} needs Path=/.`] : []),
  ];
}

function domainReasons({ domain }: CookieLine, url: URL): string[] {
  const host = url.hostname.toLowerCase();
  if (domain === undefined || domain === host) return [];
  if (/[^\x20-\x7e]/.test(domain))
    return [`Its Domain is not ASCII: write it in the form that begins with xn--.`];
  if (isIpAddress(url)) return [`Its Domain is ${domain}, and an IP address like ${host} has no domains.`];
  if (!domainMatch(host, domain)) return [`Its Domain is ${domain}, which ${host} does not belong to.`];
  return isPublicSuffix(domain)
    ? [`Its Domain is ${domain}, under which different owners register names.`]
    : [];
}

function notes(line: string, cookie: CookieLine, url: URL, now: number): string[] {
  const { secure, httpOnly, expiresAt, sameSite, domain, ignored } = cookie;
  const isOver = expiresAt !== undefined && expiresAt <= now;
  const path = cookie.path?.startsWith('/') ? cookie.path : defaultPath(url.pathname);
  return [
    ...(isOver ? ['It is over already: whatever is kept under this name, domain and path is removed.'] : []),
    ...(expiresAt === undefined ? ['It has no expiry: it is gone when the browser is closed.'] : []),
    ...(expiresAt !== undefined && expiresAt - now > maxLifeMs
      ? ['Browsers shorten its life to 400 days.']
      : []),
    ...(expiresAt !== undefined && !isOver && expiresAt - now < dayMs / 24
      ? ['It expires within the hour: a wrong clock on either side may remove it earlier.']
      : []),
    ...(secure && url.protocol === 'http:' && isLocal(url)
      ? ['It is Secure over plain HTTP: Chrome and Firefox keep it on this machine alone, Safari does not.']
      : []),
    ...(cookie.path !== undefined && !cookie.path.startsWith('/')
      ? [`Its Path does not begin with a slash and is ignored: ${path} takes its place.`]
      : []),
    ...(pathMatch(url.pathname, path) ? [] : [`It is sent to ${path} only, not to ${url.pathname}.`]),
    ...(domain !== undefined ? [`It is sent to ${domain} and to every host under it.`] : []),
    ...(sameSite === undefined ? ['It says no SameSite: Chrome takes it for Lax, others for None.'] : []),
    ...(sameSite !== undefined && !/^(?:lax|strict|none)$/i.test(sameSite)
      ? [`Its SameSite is no known word: Chrome takes it for Lax, others for None.`]
      : []),
    ...(httpOnly ? [] : ['It is not HttpOnly: every script of the page can read it.']),
    ...(ignored.length > 0 ? [`Ignored: ${ignored.join(', ')}.`] : []),
    ...(/,\s*[\w-]+=[^;,]*(?:;|$)/.test(line) && !/expires=/i.test(line)
      ? ['A comma and a name follow: two cookies joined in one line are one cookie to a browser.']
      : []),
  ];
}
