/** All contracts with their routes and their words, for tests that only list them. */

import type { Gate } from '../../../src/usecases/gate.ts';
import { ownAccount } from '../../../src/wire/account.ts';
import { sessionCookie } from '../../../src/wire/carrier.ts';
import type { Contract } from '../../../src/wire/contract.ts';
import { dotjson } from '../../../src/wire/dotjson.ts';
import { ownEmail } from '../../../src/wire/email.ts';
import { envelope } from '../../../src/wire/envelope.ts';
import { rest } from '../../../src/wire/rest.ts';
import { sessionCheck } from '../../../src/wire/session.ts';
import { ownSessions } from '../../../src/wire/sessions.ts';
import { site } from '../../../src/wire/site.ts';

// No route is called, so that nothing asks the gate.
const gate = {} as Gate;
const cookie = sessionCookie(true, 60);
const rules = { statusMode: 'http', enumeration: 'contract', timeZone: 'UTC' } as const;

export const listed: readonly Contract[] = [
  envelope(gate, 'http'),
  ownSessions(gate, cookie),
  ownAccount(gate, cookie),
  ownEmail(gate),
  rest(gate, cookie),
  dotjson(gate, cookie, rules),
  sessionCheck(gate),
  site(async () => {}, ''),
];
