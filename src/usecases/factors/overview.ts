/** The second factors of a person as they may see them, and the browsers that they trust. */

import type { BrowserToken } from '../../concepts/browser-tokens.ts';
import type { Passkey, User } from '../../storage/port/port.ts';
import type { SignedIn } from '../account/step-up.ts';
import { reported } from '../outcomes.ts';
import type { Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';

export interface FactorOverview {
  /** Whether the policy requires a factor (ruling F6). */
  readonly isRequired: boolean;
  readonly totp: { readonly enrolledAt: number; readonly isLocked: boolean } | undefined;
  readonly recoveryCodes: number;
  readonly passkeys: readonly Passkey[];
  readonly trustedBrowsers: readonly BrowserToken[];
}

/** Everything but secrets. */
export async function factorOverview(
  services: Pick<Services, 'factors' | 'browserTokens'>,
  { id }: Pick<User, 'id'>,
  now: number,
): Promise<FactorOverview> {
  const { secondFactors, passkeys } = await services.factors.load();
  const [state, ofUser, trustedBrowsers] = await Promise.all([
    secondFactors.find(id),
    passkeys.ofUser(id),
    services.browserTokens.ofUser(id, 'trusted_browser', now),
  ]);
  return {
    isRequired: services.factors.isRequired,
    totp: state?.totp && { enrolledAt: state.totp.enrolledAt, isLocked: secondFactors.isLocked(state) },
    recoveryCodes: state?.recoveryCodes ?? 0,
    passkeys: ofUser,
    trustedBrowsers,
  };
}

/** Ends the trust in all browsers of a person, or in the one with a handle (ruling F4). It needs no step-up: it only locks. */
export async function distrustBrowsers(
  services: Pick<Services, 'browserTokens' | 'audit'>,
  { user }: SignedIn,
  handle: string | undefined,
  caller: Caller,
): Promise<{ readonly ended: number; readonly user: User } | Refusal> {
  const context = services.audit.context(caller, 'browser_distrust');
  const ended = await services.browserTokens.end(user.id, 'trusted_browser', handle, context);
  if (ended === 0 && handle !== undefined)
    return reported(services, 'browser_distrust', caller, { refused: 'unknown_factor', user });
  return reported(services, 'browser_distrust', caller, { ended, user });
}
