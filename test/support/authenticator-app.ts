/** An authenticator app: `oathtool` where it is installed, and the library that the server uses otherwise. */

import { execFileSync } from 'node:child_process';
import { TOTP } from 'otpauth';
import { installed } from './installed.ts';

const oathtool = installed('oathtool');

/** Who makes the codes, for the titles of tests. */
export const codesFrom = oathtool
  ? 'codes of oathtool'
  : 'codes of otpauth, because oathtool is not installed';

/** The code that an app shows at an instant, in epoch milliseconds; the secret is typed as a page shows it. */
export function codeAt(secret: string, epochMs: number): string {
  const typed = secret.replace(/\s/g, '');
  if (oathtool === undefined) return new TOTP({ secret: typed }).generate({ timestamp: epochMs });
  const now = new Date(epochMs).toISOString().replace('T', ' ').slice(0, 19);
  return execFileSync(oathtool, ['--totp', '--base32', '--now', `${now} UTC`, typed])
    .toString()
    .trim();
}

/** The code that an app shows now, by the clock of the machine. */
export function codeNow(secret: string): string {
  if (oathtool === undefined) return codeAt(secret, Date.now());
  return execFileSync(oathtool, ['--totp', '--base32', secret]).toString().trim();
}
