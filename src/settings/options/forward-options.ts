/** The options of the table for forward authentication (rulings W7 and W8). */

import { isDomain, meantDomain } from '../factors/domain-names.ts';
import type { SettingRows } from '../setting.ts';
import { distinct } from '../value-parsers.ts';

/** The headers, one for each: the user id, the identifier, the verified address, the handle of the session. */
const identityHeaders = 4;

/** In the order of the documentation. */
export const forwardOptions = {
  /** The names of the identity headers, in the order of {@link identityHeaders}. */
  forwardHeaders: {
    env: 'GATEHOUSE_FORWARD_HEADERS',
    default: 'Remote-User,Remote-Name,Remote-Email,Remote-Session',
    expects:
      'four different names of headers, separated by commas: at most 64 letters, digits and `-` each, and none that HTTP or Gatehouse uses itself',
    meaning:
      'The headers in which `/auth/forward` names the user id, the identifier, the verified address and the handle of the session, in this order.',
    read: headerNames,
    hint: (text) => (text.includes('_') ? 'Proxies drop headers with `_` in their name: use `-`.' : ''),
  },
  /** In lower case; empty if it is unset. */
  cookieDomain: {
    env: 'GATEHOUSE_COOKIE_DOMAIN',
    default: '',
    expects: 'a domain such as `example.com`, without scheme and port, and not an IP address',
    meaning:
      'The domain whose hosts share a sign-in: a second cookie is sent to all of them, and only `/auth/forward` takes it. It needs `GATEHOUSE_PUBLIC_URL` on a host there, and `GATEHOUSE_SECRET_KEY` or its file. Every host of the domain must be trusted. Unset: only the host of Gatehouse gets a cookie.',
    read: cookieDomain,
    hint: (text) => {
      const meant = meantDomain(text.replace(/^\./, ''));
      return meant === undefined || cookieDomain(meant) === undefined ? '' : `Did you mean ${meant}?`;
    },
  },
} satisfies SettingRows;

/** Headers that have a meaning of their own, in requests to an application or in answers of Gatehouse, in lower case. */
const taken =
  /^(?:accept|access-control-|age$|allow$|authorization$|cache-control$|connection$|content-|cookie|cross-origin-|date$|expect$|forwarded$|host$|if-|keep-alive$|location$|origin$|pragma$|proxy-|range$|referer$|referrer-|retry-after$|sec-|server$|set-cookie|strict-transport-|te$|trailer$|transfer-|upgrade|user-agent$|vary$|via$|www-authenticate$|x-content-type-options$|x-forwarded-(?:for|host|method|port|prefix|proto|server|uri)$|x-real-ip$|x-request-id$|x-session-id$)/;

function headerName(text: string): string | undefined {
  const isName = /^[a-z][a-z0-9-]{0,62}[a-z0-9]$/i.test(text);
  return isName && !taken.test(text.toLowerCase()) ? text : undefined;
}

function headerNames(text: string): readonly string[] | undefined {
  const names = distinct(headerName)(text);
  const isDifferent = new Set(names?.map((name) => name.toLowerCase())).size === identityHeaders;
  return names?.length === identityHeaders && isDifferent ? names : undefined;
}

/** A domain with two labels or more: browsers take no cookie for `com`. */
function cookieDomain(text: string): string | undefined {
  const domain = text.toLowerCase();
  return domain === '' || (domain.includes('.') && isDomain(domain)) ? domain : undefined;
}
