/** All contracts with their routes and their words, for tests that only list them. */

import type { Contract } from '../../../src/http/contract.ts';
import { dotjson } from '../../../src/http/contracts/dotjson.ts';
import { envelope } from '../../../src/http/contracts/envelope.ts';
import { rest } from '../../../src/http/contracts/rest.ts';
import { sessionCookie } from '../../../src/http/request/session-id.ts';
import { site } from '../../../src/http/routes/health.ts';
import { ownAccount } from '../../../src/http/routes/own-account.ts';
import { ownEmail } from '../../../src/http/routes/own-email.ts';
import { ownSessions } from '../../../src/http/routes/own-sessions.ts';
import { sessionCheck } from '../../../src/http/routes/session-check.ts';
import type { Services } from '../../../src/usecases/services.ts';

// No route is called, so that nothing asks the services.
const services = {} as Services;
const cookie = sessionCookie(true, 60);
const rules = { statusMode: 'http', enumeration: 'contract', timeZone: 'UTC' } as const;

export const listed: readonly Contract[] = [
  envelope(services, 'http'),
  ownSessions(services, cookie),
  ownAccount(services, cookie),
  ownEmail(services),
  rest(services, cookie),
  dotjson(services, cookie, rules),
  sessionCheck(services),
  site(async () => {}, ''),
];
