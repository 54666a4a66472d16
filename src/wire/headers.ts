/** The headers of every response, errors included (ruling G12). */

/** One year: long enough for browsers to remember, short enough to take back. */
const hstsSeconds = 31_536_000;

/** Constant for the life of the process; without HSTS in debug mode only. */
export function securityHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    ...(secure && { 'strict-transport-security': `max-age=${hstsSeconds}` }),
  };
}
