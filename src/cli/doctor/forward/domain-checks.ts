/** The doctor's check of the domain that shares a sign-in: whether browsers take a cookie for it (ruling W8). */

import type { Settings } from '../../../settings/settings.ts';
import { type Finding, finder } from '../finding.ts';

/** Nothing without a domain. A list of public suffixes grows old, so the settings alone refuse none of them. */
export async function domainFindings({ cookieDomain }: Settings): Promise<Finding[]> {
  if (cookieDomain === '') return [];
  const { ok, problem } = finder('forward');
  // The list of public suffixes loads slowly.
  const { isPublicSuffix } = await import('../cookie/cross-site.ts');
  return isPublicSuffix(cookieDomain)
    ? [
        problem(
          `GATEHOUSE_COOKIE_DOMAIN is ${cookieDomain}, a public suffix, below which hosts belong to different owners: browsers ` +
            'drop its cookie, and people are sent to sign in again and again. Name your own domain.',
        ),
      ]
    : [ok(`All hosts of ${cookieDomain} get a cookie of a sign-in: each of them must be trusted.`)];
}
