/** The log entry of a request that is refused because of the page it comes from (ruling W4). */

import type { RequestContext } from '../request-context.ts';

export interface CrossSite {
  /** `null` if missing, `malformed` if it is not an origin. */
  readonly origin: string | null;
  readonly host: string | null;
  /** `null` if missing, `unknown` for a value that no browser sends. */
  readonly secFetchSite: string | null;
  readonly path: string;
  readonly requestId: string;
}

/** Longer values from a client are cut in the log. */
const maxLoggedCharacters = 256;

/** An origin as browsers write one (RFC 6454, section 6.2): without a user, a path and a query, which could hold a secret. */
const origin = /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+)$/i;

/** The values of the header (Fetch Metadata Request Headers, section 2.4). */
const sites: ReadonlySet<string> = new Set(['cross-site', 'same-origin', 'same-site', 'none']);

export function crossSite({ request, path, requestId }: RequestContext): CrossSite {
  const [from, site] = [request.header('origin'), request.header('sec-fetch-site')];
  return {
    origin: from === null || origin.test(from) ? cut(from) : 'malformed',
    host: cut(request.host),
    secFetchSite: site === null || sites.has(site) ? site : 'unknown',
    path,
    requestId,
  };
}

function cut(text: string | null): string | null {
  return text?.slice(0, maxLoggedCharacters) ?? null;
}
