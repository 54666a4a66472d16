/** The `rest` contract: register, login and logout under `/auth`, the session in a cookie (rulings R1 to R6). */

import { type Given, givenBy, login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { registerAndLogin } from '../../usecases/register.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Words } from '../contract.ts';
import { problem } from '../refusals/problem.ts';
import { sharedWords } from '../refusals/refusal-words.ts';
import type { Reply } from '../reply.ts';
import { enrolmentRequired, readRegistration, readSecondStep } from '../request/account-input.ts';
import { withFields } from '../request/body.ts';
import type { Cookies } from '../request/cookies.ts';
import { cookieIds, distinctIds, headerIds } from '../request/session-id.ts';

const wrongCredentials: Words = { status: 401, sentence: 'Invalid email or password' };

const words = {
  ...sharedWords(422),
  unknown_account: wrongCredentials,
  wrong_password: wrongCredentials,
  account_disabled: wrongCredentials,
  invalid_identifier: { status: 422, sentence: 'Invalid email' },
  identifier_taken: { status: 409, sentence: 'Email already registered' },
  no_session: { status: 401, sentence: 'Not authenticated' },
} satisfies Record<RefusalName, Words>;

export function rest(services: Services, cookies: Cookies): Contract {
  const begun = (status: number, given: Given): Reply => ({
    status,
    body: { session_id: given.id, ...(given.isEnrolment && enrolmentRequired) },
    headers: cookies.begin(given),
  });

  return {
    name: 'rest',
    hasCookies: true,
    owns: (path) => path === '/auth' || path.startsWith('/auth/'),
    words,
    error: problem,
    routes: [
      {
        method: 'POST',
        path: '/auth/register',
        body: 'json',
        hashes: true,
        event: 'register',
        async answer(context) {
          const asked = readRegistration(services, context.fields, 'email');
          if (isRefusal(asked)) return asked;
          const outcome = givenBy(await registerAndLogin(services, asked, 'uuid', context));
          return isRefusal(outcome) ? outcome : begun(201, outcome);
        },
      },
      {
        method: 'POST',
        path: '/auth/login',
        body: 'json',
        hashes: true,
        event: 'login',
        answer: withFields(['email', 'password'], async (context, { email, password }) => {
          const second = readSecondStep(context, cookies);
          if (isRefusal(second)) return second;
          const asked = { identifier: email, password, idFormat: 'uuid', ...second } as const;
          const outcome = givenBy(await login(services, asked, context));
          return isRefusal(outcome) ? outcome : begun(200, outcome);
        }),
      },
      {
        method: 'POST',
        path: '/auth/logout',
        event: 'logout',
        async answer(context) {
          // Every session presented ends, also where the carriers disagree (ruling G14).
          const ids = distinctIds([...headerIds(context.request), ...cookieIds(context.request)]);
          // With more than eight ids, the client's own may be among those that are not read.
          if (!ids) return { refused: 'malformed_request' };
          // Set first, so that the cookie is cleared also if the store fails (ruling R4).
          context.headers = cookies.clear();
          await logout(services, ids, context);
          return { status: 204 };
        },
      },
    ],
  };
}
