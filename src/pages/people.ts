/** What answers the pages on which people sign in and look after their account. */

import { hasApps } from '../settings/factors/factor-conflicts.ts';
import { relyingParty } from '../settings/factors/relying-party.ts';
import type { Settings } from '../settings/settings.ts';
import { account } from './account/account.ts';
import { accountFactors } from './factors/account-factors.ts';
import { enrol } from './factors/enrol.ts';
import { secondFactor } from './factors/second-factor.ts';
import { forgotPassword } from './forms/forgot-password.ts';
import { register } from './forms/register.ts';
import { resetPassword } from './forms/reset-password.ts';
import { signIn } from './forms/sign-in.ts';
import { signOut } from './forms/sign-out.ts';
import { verifyAddress } from './forms/verify-email.ts';
import type { PageAnswers } from './page-group.ts';
import { errorPage } from './parts/error-page.ts';
import type { PageServices } from './parts/view.ts';

/** What is there before the pages are loaded. */
type Prepared = Pick<
  PageServices,
  'services' | 'exports' | 'cookies' | 'forwardCookie' | 'targets' | 'brand' | 'script' | 'passkeyScript'
>;

export function people(settings: Settings, prepared: Prepared): PageAnswers {
  const { contracts, registration, passwordMinLength, basePath, language } = settings;
  const shared: PageServices = {
    ...prepared,
    registration,
    passwordMinLength,
    basePath,
    language,
    kinds: {
      email: contracts.includes('rest'),
      username: contracts.includes('envelope') || contracts.includes('dotjson'),
    },
    party: relyingParty(settings),
    hasApps: hasApps(settings),
  };
  const routes = [
    ...signIn(shared),
    ...register(shared),
    ...signOut(shared),
    ...forgotPassword(shared),
    ...resetPassword(shared),
    ...verifyAddress(shared),
    ...account(shared),
    ...accountFactors(shared),
    ...secondFactor(shared),
    ...enrol(shared),
  ];
  return { routes, error: (refusal) => errorPage(shared, refusal) };
}
