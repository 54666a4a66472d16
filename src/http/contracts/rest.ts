/** The `rest` contract: register, login and logout under `/auth`, the session in a cookie (rulings R1 to R6). */

import type { BegunOnDevice } from '../../usecases/begin-session.ts';
import { login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { registerAndLogin } from '../../usecases/register.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Reply, Words } from '../contract.ts';
import { problemFor } from '../refusals/problem.ts';
import {
  accessWords,
  faultWords,
  laterWords,
  mailWords,
  passwordWords,
  registrationWords,
} from '../refusals/refusal-words.ts';
import { textFields } from '../request/body-fields.ts';
import { registrationFields } from '../request/registration-input.ts';
import { cookieIds, distinctIds, headerIds, type SessionCookie } from '../request/session-id.ts';

const wrongCredentials: Words = { status: 401, sentence: 'Invalid email or password' };

const words = {
  ...faultWords,
  ...laterWords,
  ...accessWords,
  ...mailWords,
  ...registrationWords,
  ...passwordWords(422),
  unknown_account: wrongCredentials,
  wrong_password: wrongCredentials,
  account_disabled: wrongCredentials,
  user_record_missing: { status: 500, sentence: 'User record missing in database' },
  invalid_identifier: { status: 422, sentence: 'Invalid email' },
  identifier_taken: { status: 409, sentence: 'Email already registered' },
  no_session: { status: 401, sentence: 'Not authenticated' },
} satisfies Record<RefusalName, Words>;

export function rest(services: Services, cookie: SessionCookie): Contract {
  const refuse = problemFor(words);

  function begun(status: number, { id, deviceIds }: BegunOnDevice): Reply {
    return {
      status,
      body: { session_id: id },
      headers: cookie.set(id),
      secondCookie: cookie.device(deviceIds),
    };
  }

  return {
    name: 'rest',
    hasCookies: true,
    owns: (path) => path === '/auth' || path.startsWith('/auth/'),
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/auth/register',
        body: 'json',
        hashes: true,
        event: 'register',
        async answer(context) {
          const asked = registrationFields(services, context.fields, 'email');
          if (isRefusal(asked)) return asked;
          const { email, password, invite } = asked;
          const outcome = await registerAndLogin(
            services,
            { identifier: email, kind: 'email', password, invite },
            'uuid',
            context,
          );
          return isRefusal(outcome) ? refuse(outcome) : begun(201, outcome);
        },
      },
      {
        method: 'POST',
        path: '/auth/login',
        body: 'json',
        hashes: true,
        event: 'login',
        async answer(context) {
          const asked = textFields(context.fields, 'email', 'password');
          if (isRefusal(asked)) return asked;
          const { email, password } = asked;
          const outcome = await login(services, { identifier: email, password, idFormat: 'uuid' }, context);
          return isRefusal(outcome) ? refuse(outcome) : begun(200, outcome);
        },
      },
      {
        method: 'POST',
        path: '/auth/logout',
        body: 'any',
        event: 'logout',
        async answer(context) {
          // Every session presented ends, also where the carriers disagree (ruling G14).
          const ids = distinctIds([...headerIds(context.request), ...cookieIds(context.request)]);
          // Whether the one that was meant is among eight of them cannot be known.
          if (!ids) return { refused: 'malformed_request' };
          // Set first: the cookie is cleared also where the store could not be told (ruling R4).
          context.headers = cookie.clear();
          await logout(services, ids, context);
          return { status: 204 };
        },
      },
    ],
  };
}
