/** The headers of every response, errors included (ruling G12). */

import type { Hsts } from '../settings/settings.ts';

/** One year: long enough for browsers to remember, short enough to revoke. */
const hstsSeconds = 31_536_000;

/** The headers are constant while the process runs. */
export function securityHeaders(hsts: Hsts): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    ...(hsts !== 'off' && {
      'strict-transport-security': `max-age=${hstsSeconds}${hsts === 'subdomains' ? '; includeSubDomains' : ''}`,
    }),
  };
}
