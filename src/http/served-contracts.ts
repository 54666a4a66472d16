/** The contracts and groups of routes that the settings switch on. */

import { isContract, type Settings } from '../settings/settings.ts';
import type { Exports } from '../usecases/account/export-account.ts';
import type { Services } from '../usecases/services.ts';
import type { Contract } from './contract.ts';
import { dotjson } from './contracts/dotjson.ts';
import { envelope } from './contracts/envelope.ts';
import { rest } from './contracts/rest.ts';
import { Cookies } from './request/cookies.ts';
import { ownAccount } from './routes/own-account.ts';
import { ownEmail } from './routes/own-email.ts';
import { ownFactors } from './routes/own-factors.ts';
import { ownPasskeys } from './routes/own-passkeys.ts';
import { ownSessions } from './routes/own-sessions.ts';
import { type RequestCheck, sessionCheck } from './routes/session-check.ts';

/** The served contracts, in the order in which they own paths. */
export function servedContracts(
  settings: Settings,
  services: Services,
  check: RequestCheck,
  exports: Exports,
): Contract[] {
  const cookies = new Cookies(!settings.debug, settings.sessionLifetimeSeconds);
  const all = [
    envelope(services, settings.envelopeStatus),
    sessionCheck(check),
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
