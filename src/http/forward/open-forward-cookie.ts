/** Opens the cookie of forward authentication, with the key of the settings, where a domain is set (ruling W8). */

import type { Settings } from '../../settings/settings.ts';
import type { ForwardCookie } from './forward-cookie.ts';

/**
 * Loads what the cookie needs; `undefined` without a domain.
 *
 * @throws {Error} if the key cannot be read; the message is for the operator.
 */
export async function forwardCookieOf(settings: Settings): Promise<ForwardCookie | undefined> {
  const { cookieDomain, debug, sessionLifetimeSeconds } = settings;
  if (cookieDomain === '') return undefined;
  const [{ ForwardCookie }, { ForwardTokens }, { configuredKeys }] = await Promise.all([
    import('./forward-cookie.ts'),
    import('../../crypto/forward-token.ts'),
    import('../../crypto/secret-key-file.ts'),
  ]);
  const keys = configuredKeys(settings);
  if ('refused' in keys) throw new Error(keys.because);
  const tokens = new ForwardTokens(keys.current, keys.previous);
  return new ForwardCookie(cookieDomain, !debug, sessionLifetimeSeconds, tokens);
}
