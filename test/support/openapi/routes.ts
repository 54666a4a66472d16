/** All contracts with their routes and their words, for tests that only list them. */

import type { Contract } from '../../../src/http/contract.ts';
import { dotjson } from '../../../src/http/contracts/dotjson.ts';
import { envelope } from '../../../src/http/contracts/envelope.ts';
import { rest } from '../../../src/http/contracts/rest.ts';
import { withForwardAuth } from '../../../src/http/forward/forward-auth.ts';
import { ReturnTargets } from '../../../src/http/forward/return-targets.ts';
import { Cookies } from '../../../src/http/request/cookies.ts';
import { site } from '../../../src/http/routes/health.ts';
import { ownAccount } from '../../../src/http/routes/own-account.ts';
import { ownEmail } from '../../../src/http/routes/own-email.ts';
import { ownFactors } from '../../../src/http/routes/own-factors.ts';
import { ownPasskeys } from '../../../src/http/routes/own-passkeys.ts';
import { ownSessions } from '../../../src/http/routes/own-sessions.ts';
import { RequestCheck, sessionCheck } from '../../../src/http/routes/session-check.ts';
import { table } from '../../../src/settings/option-table.ts';
import { Exports } from '../../../src/usecases/account/export-account.ts';
import type { Services } from '../../../src/usecases/services.ts';

// No route is called, so that nothing asks the services.
const services = {} as Services;
const cookies = new Cookies(true, 60);
const rules = { statusMode: 'http', enumeration: 'contract', timeZone: 'UTC' } as const;

const check = new RequestCheck(services);
const forward = {
  check,
  names: table.forwardHeaders.default.split(','),
  signIn: '/sign-in',
  targets: new ReturnTargets([], ''),
  trustedProxies: [],
  cookie: undefined,
};

export const listed: readonly Contract[] = [
  envelope(services, 'http'),
  ownSessions(services, cookies),
  ownAccount(services, cookies, new Exports()),
  ownEmail(services),
  ownFactors(services, cookies),
  ownPasskeys(services, cookies),
  rest(services, cookies),
  dotjson(services, cookies, rules),
  withForwardAuth(sessionCheck(check), forward),
  site(async () => {}, ''),
];
