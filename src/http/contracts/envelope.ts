/** The `envelope` contract: login and logout under `/api/auth`, the session in the bodies (rulings E1 to E4). */

import type { StatusMode } from '../../settings/settings.ts';
import { givenBy, login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Words } from '../contract.ts';
import { sharedWords } from '../refusals/refusal-words.ts';
import { enrolmentRequired, readSecondStep } from '../request/account-input.ts';
import { withFields } from '../request/body.ts';

const wrongCredentials: Words = { status: 401, sentence: 'Invalid username or password' };

const words = {
  ...sharedWords(400),
  unknown_account: wrongCredentials,
  wrong_password: wrongCredentials,
  account_disabled: wrongCredentials,
  invalid_identifier: { status: 400, sentence: 'Invalid username' },
  identifier_taken: { status: 409, sentence: 'Username already registered' },
  no_session: { status: 404, sentence: 'Session not found' },
} satisfies Record<RefusalName, Words>;

export function envelope(services: Services, statusMode: StatusMode): Contract {
  return {
    name: 'envelope',
    owns: (path) => path === '/api/auth' || path.startsWith('/api/auth/'),
    words,
    statusMode,
    error: ({ status, detail, requestId }) => ({ status, body: { request: requestId, error: detail } }),
    routes: [
      {
        method: 'POST',
        path: '/api/auth/login',
        body: 'json',
        hashes: true,
        event: 'login',
        answer: withFields(['username', 'password'], async (context, { username, password }) => {
          const second = readSecondStep(context);
          if (isRefusal(second)) return second;
          const asked = { identifier: username, password, idFormat: 'token', ...second } as const;
          const outcome = givenBy(await login(services, asked, context));
          if (isRefusal(outcome)) return outcome;
          const { user, id, isEnrolment } = outcome;
          const body = { request: context.requestId, user: user.id, session: id, message: 'Logged in' };
          return { status: 200, body: isEnrolment ? { ...body, ...enrolmentRequired } : body };
        }),
      },
      {
        method: 'POST',
        path: '/api/auth/logout',
        body: 'json',
        event: 'logout',
        answer: withFields(['session'], async (context, { session }) => {
          const outcome = await logout(services, [session], context);
          if (isRefusal(outcome)) return outcome;
          return { status: 200, body: { request: context.requestId, message: 'Logged out' } };
        }),
      },
    ],
  };
}
