/** The `dotjson` contract: `/register.json`, `/login.json`, `/logout.json`, the session in `?s=` (rulings D1 to D7). */

import type { Settings, StatusMode } from '../../settings/settings.ts';
import { zonedDateTime } from '../../settings/time-zone.ts';
import { givenBy, login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { register } from '../../usecases/register.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Words } from '../contract.ts';
import { sharedWords } from '../refusals/refusal-words.ts';
import { enrolmentRequired, readRegistration, readSecondStep } from '../request/account-input.ts';
import { withFields } from '../request/body.ts';
import type { Cookies } from '../request/cookies.ts';
import { type Carriers, cookieIds, cookieValues, idShape, presentedId } from '../request/session-id.ts';

const words = {
  ...sharedWords(400),
  unknown_account: { status: 401, sentence: 'User does not exist' },
  wrong_password: { status: 401, sentence: 'Invalid password' },
  account_disabled: { status: 401, sentence: 'Invalid password' },
  invalid_identifier: { status: 400, sentence: 'Invalid username' },
  identifier_taken: { status: 409, sentence: 'User already exists' },
  no_session: { status: 401, sentence: 'No session' },
} satisfies Record<RefusalName, Words>;

export interface DotjsonRules {
  readonly statusMode: StatusMode;
  readonly enumeration: Settings['enumeration'];
  readonly timeZone: string;
}

export function dotjson(services: Services, cookies: Cookies, rules: DotjsonRules): Contract {
  const { statusMode, enumeration, timeZone } = rules;

  return {
    name: 'dotjson',
    hasCookies: true,
    owns: (path) => /^\/(?:register|login|logout)\.json(?:\/|$)/.test(path) || /^\/[^/]+\.json$/.test(path),
    // With `hide`, an unknown user is answered like a wrong password (ruling D3).
    words: enumeration === 'hide' ? { ...words, unknown_account: words.wrong_password } : words,
    statusMode,
    error: ({ status, detail }) => ({ status, body: { error: detail } }),
    routes: [
      {
        method: 'POST',
        path: '/register.json',
        body: 'json',
        hashes: true,
        event: 'register',
        async answer(context) {
          const asked = readRegistration(services, context.fields, 'username');
          if (isRefusal(asked)) return asked;
          const outcome = await register(services, asked, context);
          if (isRefusal(outcome)) return outcome;
          const { identifier, createdAt } = outcome.user;
          return {
            status: 200,
            body: { username: identifier, created: zonedDateTime(createdAt, timeZone) },
          };
        },
      },
      {
        method: 'POST',
        path: '/login.json',
        body: 'json',
        hashes: true,
        event: 'login',
        answer: withFields(['username', 'password'], async (context, { username, password }) => {
          const second = readSecondStep(context, cookies);
          if (isRefusal(second)) return second;
          const asked = { identifier: username, password, idFormat: 'token', ...second } as const;
          const outcome = givenBy(await login(services, asked, context));
          if (isRefusal(outcome)) return outcome;
          const { id, user, createdAt, isEnrolment } = outcome;
          const created = zonedDateTime(createdAt, timeZone);
          return {
            status: 200,
            body: { id, username: user.identifier, created, ...(isEnrolment && enrolmentRequired) },
            headers: cookies.begin(outcome),
          };
        }),
      },
      {
        method: 'POST',
        path: '/logout.json',
        event: 'logout',
        async answer(context) {
          const own = cookieIds(context.request);
          const carried = own.length > 0 ? own : clientCookieIds(context.request);
          const id = presentedId([queryIds(context.query)], carried);
          if (id === undefined) return { refused: 'no_session' };
          const outcome = await logout(services, [id], context);
          if (isRefusal(outcome)) return outcome;
          return { status: 200, body: { success: true }, headers: own.includes(id) ? cookies.clear() : {} };
        },
      },
    ],
  };
}

/** The session cookie of the JavaScript client of `dotjson` (ruling D7). */
const clientCookieName = 'session';

/** The values of the cookies of the `dotjson` client that can be ids: other applications use the name as well. */
function clientCookieIds(request: Carriers): string[] {
  return cookieValues(request, clientCookieName).filter((value) => idShape.test(value));
}

/** The values of `?s=`. */
function queryIds(query: string): string[] {
  return new URLSearchParams(query).getAll('s');
}
