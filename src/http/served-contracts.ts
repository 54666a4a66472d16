/** The contracts and groups of routes that the settings switch on. */

import { comparableBlock } from '../settings/ip-addresses.ts';
import { linkBase } from '../settings/outbound-addresses.ts';
import { isContract, type Settings } from '../settings/settings.ts';
import { Exports } from '../usecases/account/export-account.ts';
import type { Services } from '../usecases/services.ts';
import type { Contract } from './contract.ts';
import { dotjson } from './contracts/dotjson.ts';
import { envelope } from './contracts/envelope.ts';
import { rest } from './contracts/rest.ts';
import { DomainCookies } from './forward/domain-cookies.ts';
import { withForwardAuth } from './forward/forward-auth.ts';
import type { ForwardCookie } from './forward/forward-cookie.ts';
import { ReturnTargets } from './forward/return-targets.ts';
import { Cookies } from './request/cookies.ts';
import { ownAccount } from './routes/own-account.ts';
import { ownEmail } from './routes/own-email.ts';
import { ownFactors } from './routes/own-factors.ts';
import { ownPasskeys } from './routes/own-passkeys.ts';
import { ownSessions } from './routes/own-sessions.ts';
import { type RequestCheck, sessionCheck } from './routes/session-check.ts';

/** What the contracts share with the pages. */
interface Shared {
  readonly exports: Exports;
  readonly cookies: Cookies;
  readonly targets: ReturnTargets;
  readonly forwardCookie: ForwardCookie | undefined;
}

export function sharedParts(settings: Settings, forwardCookie?: ForwardCookie): Shared {
  const { allowedOrigins, pagesHome, cookieDomain, debug, sessionLifetimeSeconds } = settings;
  return {
    exports: new Exports(),
    cookies: forwardCookie
      ? new DomainCookies(!debug, sessionLifetimeSeconds, forwardCookie)
      : new Cookies(!debug, sessionLifetimeSeconds),
    targets: new ReturnTargets(allowedOrigins, pagesHome, cookieDomain, !debug),
    forwardCookie,
  };
}

/** The served contracts, in the order in which they own paths. */
export function servedContracts(
  settings: Settings,
  services: Services,
  check: RequestCheck,
  { exports, cookies, targets, forwardCookie }: Shared,
): Contract[] {
  const forward = {
    check,
    names: settings.forwardHeaders,
    signIn: signInOf(settings),
    targets,
    trustedProxies: settings.trustedProxies.map((proxy) =>
      proxy === 'unix' ? proxy : comparableBlock(proxy),
    ),
    cookie: forwardCookie,
  };
  const all = [
    envelope(services, settings.envelopeStatus),
    withForwardAuth(sessionCheck(check), forward),
    ownSessions(services, cookies),
    ownAccount(services, cookies, exports),
    ownEmail(services),
    ownFactors(services, cookies),
    ownPasskeys(services, cookies),
    rest(services, cookies),
    dotjson(services, cookies, {
      statusMode: settings.dotjsonStatus,
      enumeration: settings.enumeration,
      timeZone: settings.timeZone,
    }),
  ];
  // Paths under `/auth` outside `rest` belong to no contract, and cannot be switched off (ruling W5).
  const isServed = (name: string) => !isContract(name) || settings.contracts.includes(name);
  return all.filter(({ name }) => isServed(name));
}

/** The sign-in page: at the public URL, or on the host that the proxy serves; `undefined` without pages. */
function signInOf(settings: Settings): string | undefined {
  if (!settings.pages) return undefined;
  return `${settings.publicUrl === '' ? settings.basePath : linkBase(settings)}/sign-in`;
}
