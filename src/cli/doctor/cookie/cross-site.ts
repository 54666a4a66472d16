/** The rules for cookies of an answer to a page of another site. */

import { getPublicSuffix } from 'tough-cookie';
import type { CookieLine } from './set-cookie-line.ts';

/** Whether the page and the address of the answer are same-site. */
export type Site = 'same' | 'cross';

/** Compares the sites of a page and an address, including the scheme. Names share a site below a public suffix. */
export function siteOf(url: URL, page: URL | undefined): Site {
  if (!page) return 'same';
  if (page.protocol !== url.protocol) return 'cross';
  if (page.hostname === url.hostname) return 'same';
  const site = registrableDomain(url.hostname);
  return site !== undefined && site === registrableDomain(page.hostname) ? 'same' : 'cross';
}

/** Whether different owners can register names directly under a name, by the list of public suffixes. */
export function isPublicSuffix(name: string): boolean {
  return registrableDomain(name) === undefined;
}

/** The public suffix of a host and one more label; `undefined` for a public suffix and an IP address. */
function registrableDomain(host: string): string | undefined {
  // The library's function has a misleading name.
  return getPublicSuffix(host, { ignoreError: true });
}

/** A browser accepts a cookie from an answer only if it would send it in the same cross-site request. */
export function crossSiteReasons({ sameSite }: CookieLine, site: Site): string[] {
  const word = sameSite?.toLowerCase();
  if (site !== 'cross') return [];
  if (word === 'lax' || word === 'strict')
    return [`It is SameSite=${sameSite}, and the page that asks is of another site.`];
  return word === 'none' ? [] : ['Without SameSite=None it is not for a page of another site (Chrome).'];
}

export function crossSiteNotes({ partitioned }: CookieLine, url: URL, page: URL | undefined): string[] {
  if (!page || page.origin === url.origin) return [];
  return [
    `The script must ask with credentials: "include", and the answer allow ${page.origin} by name.`,
    ...(siteOf(url, page) === 'cross' && !partitioned
      ? [
          'Safari blocks cookies of other sites, Firefox keeps them apart for each, Chrome in private windows.',
        ]
      : []),
  ];
}
