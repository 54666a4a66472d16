/** Finds the problems that the domain of forward authentication has with other settings (ruling W8). */

import type { Settings } from '../settings.ts';

/** One sentence for each problem. A setting that is missing has a problem of its own. */
export function forwardConflicts(
  { cookieDomain = '', publicUrl, secretKey, secretKeyFile }: Partial<Settings>,
  nameOf: (name: keyof Settings) => string,
): string[] {
  if (cookieDomain === '') return [];
  const domain = nameOf('cookieDomain');
  const host = publicUrl ? new URL(publicUrl).hostname : '';
  const isElsewhere = host !== cookieDomain && !host.endsWith(`.${cookieDomain}`);
  return [
    ...(publicUrl !== undefined && isElsewhere
      ? [
          `${domain} is ${cookieDomain}, so ${nameOf('publicUrl')} must be an address of a host there: browsers drop the cookie of another domain.`,
        ]
      : []),
    ...(secretKey === '' && secretKeyFile === ''
      ? [
          `${domain} needs ${nameOf('secretKey')} or ${nameOf('secretKeyFile')}, from which its cookies are made.`,
        ]
      : []),
  ];
}
