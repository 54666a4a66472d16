/** The `envelope` contract: login and logout under `/api/auth`, the session in the bodies (rulings E1 to E4). */

import type { StatusMode } from '../../settings/settings.ts';
import { login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import {
  type AnyRefusal,
  type Contract,
  type RefusalName,
  type Reply,
  refusalHeaders,
  sentence,
  type Words,
} from '../contract.ts';
import {
  accessWords,
  faultWords,
  laterWords,
  mailWords,
  passwordWords,
  registrationWords,
} from '../refusals/refusal-words.ts';
import { shownStatus, textFields } from '../request/body-fields.ts';

const wrongCredentials: Words = { status: 401, sentence: 'Invalid username or password' };

const words = {
  ...faultWords,
  ...laterWords,
  ...accessWords,
  ...mailWords,
  ...registrationWords,
  ...passwordWords(400),
  unknown_account: wrongCredentials,
  wrong_password: wrongCredentials,
  account_disabled: wrongCredentials,
  user_record_missing: { status: 500, sentence: 'User record missing in database' },
  invalid_identifier: { status: 400, sentence: 'Invalid username' },
  identifier_taken: { status: 409, sentence: 'Username already registered' },
  no_session: { status: 404, sentence: 'Session not found' },
} satisfies Record<RefusalName, Words>;

export function envelope(services: Services, statusMode: StatusMode): Contract {
  function refuse(refused: AnyRefusal, request: string): Reply {
    const said = words[refused.refused];
    return {
      status: shownStatus(said.status, statusMode),
      body: { request, error: sentence(said, refused) },
      headers: refusalHeaders(refused),
    };
  }

  return {
    name: 'envelope',
    owns: (path) => path === '/api/auth' || path.startsWith('/api/auth/'),
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/api/auth/login',
        body: 'json',
        hashes: true,
        event: 'login',
        async answer(context) {
          const asked = textFields(context.fields, 'username', 'password');
          if (isRefusal(asked)) return asked;
          const { username, password } = asked;
          const outcome = await login(
            services,
            { identifier: username, password, idFormat: 'token' },
            context,
          );
          if (isRefusal(outcome)) return refuse(outcome, context.requestId);
          const { user, id } = outcome;
          return {
            status: 200,
            body: { request: context.requestId, user: user.id, session: id, message: 'Logged in' },
          };
        },
      },
      {
        method: 'POST',
        path: '/api/auth/logout',
        body: 'json',
        event: 'logout',
        async answer(context) {
          const asked = textFields(context.fields, 'session');
          if (isRefusal(asked)) return asked;
          const outcome = await logout(services, [asked.session], context);
          if (isRefusal(outcome)) return refuse(outcome, context.requestId);
          return { status: 200, body: { request: context.requestId, message: 'Logged out' } };
        },
      },
    ],
  };
}
