/** What another site may do with a cookie: where the page that asks is not of the site that answers. */

import type { CookieLine } from './line.ts';
import { isIpAddress } from './where.ts';

/** How the page that asks and the address that answers belong together. */
export type Site = 'same' | 'cross' | 'perhaps';

/**
 * Compares the sites of a page and an address, scheme included. Which names share a site stands in a list of ten
 * thousand public suffixes: names with two labels in common are taken to.
 */
export function siteOf(url: URL, page: URL | undefined): Site {
  if (!page) return 'same';
  if (page.protocol !== url.protocol) return 'cross';
  const [a, b] = [url.hostname.toLowerCase(), page.hostname.toLowerCase()];
  if (a === b) return 'same';
  if (isIpAddress(url) || isIpAddress(page)) return 'cross';
  const [x, y] = [a, b].map((host) => host.split('.').slice(-2).join('.'));
  return x === y && x?.includes('.') ? 'perhaps' : 'cross';
}

/** A cookie that another site's page may not be given is not taken from an answer to it either. */
export function crossSiteReasons({ sameSite }: CookieLine, site: Site): string[] {
  const word = sameSite?.toLowerCase();
  if (site !== 'cross') return [];
  if (word === 'lax' || word === 'strict')
    return [`It is SameSite=${sameSite}, and the page that asks is of another site.`];
  return word === 'none' ? [] : ['Without SameSite=None it is not for a page of another site (Chrome).'];
}

export function crossSiteNotes({ partitioned }: CookieLine, url: URL, page: URL | undefined): string[] {
  if (!page || page.origin === url.origin) return [];
  const site = siteOf(url, page);
  return [
    `The script must ask with credentials: "include", and the answer allow ${page.origin} by name.`,
    ...(site === 'perhaps'
      ? ['Page and address share a site unless their common suffix is a public one.']
      : []),
    ...(site === 'cross' && !partitioned
      ? [
          'Safari blocks cookies of other sites, Firefox keeps them apart for each, Chrome in private windows.',
        ]
      : []),
  ];
}
