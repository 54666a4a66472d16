/** The pages for people with a browser, and the files that they load. */

import type { Contract, Route } from '../http/contract.ts';
import { problem } from '../http/refusals/problem.ts';
import { siteWords } from '../http/refusals/refusal-words.ts';
import { Cookies } from '../http/request/cookies.ts';
import { hasApps } from '../settings/factors/factor-conflicts.ts';
import { relyingParty } from '../settings/factors/relying-party.ts';
import type { Settings } from '../settings/settings.ts';
import type { Exports } from '../usecases/account/export-account.ts';
import type { Services } from '../usecases/services.ts';
import { account } from './account/account.ts';
import { accountFactors } from './factors/account-factors.ts';
import { enrol } from './factors/enrol.ts';
import { PasskeyScript } from './factors/passkey-script.ts';
import { secondFactor } from './factors/second-factor.ts';
import { forgotPassword } from './forms/forgot-password.ts';
import { register } from './forms/register.ts';
import { resetPassword } from './forms/reset-password.ts';
import { signIn } from './forms/sign-in.ts';
import { signOut } from './forms/sign-out.ts';
import { verifyAddress } from './forms/verify-email.ts';
import { frontPage } from './front-page.ts';
import { type Brand, readBrand } from './parts/brand.ts';
import { errorPage } from './parts/error-page.ts';
import { fragmentScript } from './parts/fragment-script.ts';
import { pageFile } from './parts/page-files.ts';
import { pageWords } from './parts/problems.ts';
import { ReturnTargets } from './parts/return-targets.ts';
import type { PageServices } from './parts/view.ts';
import { referenceRoutes } from './reference.ts';

/** Unknown paths that get a page: at most as deep as those that are known, because the way back grows with the depth. */
const belowAccount = /^\/account\/[^/]*(?:\/[^/]*)?$/;

/** What the pages are made from. */
interface PageOptions {
  readonly settings: Settings;
  readonly services: Services;
  readonly exports: Exports;
  /** The question of `/readyz`. */
  readonly ready: () => Promise<void>;
}

/**
 * The groups of pages that the settings switch on, each with its routes and no other path. The OpenAPI document is for
 * programs and lists none of them.
 *
 * @throws {UnusableSettings} if a file of the settings cannot be used.
 */
export function pages(options: PageOptions): Contract[] {
  const { settings } = options;
  const isFront = settings.frontPage === 'on';
  if (!isFront && !settings.pages) return [];
  const brand = readBrand(settings);
  const people = settings.pages ? [forPeople(options, brand)] : [];
  const front = isFront ? [forOperators(options, brand)] : [];
  const [first, ...others] = [...people, ...front];
  // The files belong to the first group.
  return first ? [{ ...first, routes: [...first.routes, ...brand.routes] }, ...others] : [];
}

/** `/` and `/reference`. */
function forOperators({ settings, ready }: PageOptions, brand: Brand): Contract {
  return {
    name: 'front',
    owns: () => false,
    words: siteWords,
    error: problem,
    routes: [frontPage(ready, settings, brand), ...referenceRoutes(brand)],
  };
}

/** The pages on which people sign in and look after their account. */
function forPeople({ settings, services, exports }: PageOptions, brand: Brand): Contract {
  const passkeyScript = new PasskeyScript();
  const script = pageFile('fragment', 'js', 'text/javascript; charset=utf-8', fragmentScript);
  const { contracts, registration, passwordMinLength, basePath, language } = settings;
  const shared: PageServices = {
    services,
    exports,
    brand,
    registration,
    passwordMinLength,
    basePath,
    language,
    cookies: new Cookies(!settings.debug, settings.sessionLifetimeSeconds),
    targets: new ReturnTargets(settings.allowedOrigins, settings.pagesHome),
    kinds: {
      email: contracts.includes('rest'),
      username: contracts.includes('envelope') || contracts.includes('dotjson'),
    },
    script: script.path,
    party: relyingParty(settings),
    hasApps: hasApps(settings),
    passkeyScript,
  };
  const routes: Route[] = [
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
    script.route,
    passkeyScript.route,
  ];
  return {
    name: 'pages',
    hasCookies: true,
    owns: (path) => belowAccount.test(path),
    words: pageWords,
    error: (refusal) => errorPage(shared, refusal),
    routes,
  };
}
