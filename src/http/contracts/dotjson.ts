/** The `dotjson` contract: `/register.json`, `/login.json`, `/logout.json`, the session in `?s=` (rulings D1 to D7). */

import type { Settings, StatusMode } from '../../settings/settings.ts';
import { zonedDateTime } from '../../settings/time-zone.ts';
import { login } from '../../usecases/login.ts';
import { logout } from '../../usecases/logout.ts';
import { register } from '../../usecases/register.ts';
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
import { registrationFields } from '../request/registration-input.ts';
import {
  clientCookieIds,
  cookieIds,
  presentedId,
  queryIds,
  type SessionCookie,
} from '../request/session-id.ts';

const words = {
  ...faultWords,
  ...laterWords,
  ...accessWords,
  ...mailWords,
  ...registrationWords,
  ...passwordWords(400),
  unknown_account: { status: 401, sentence: 'User does not exist' },
  wrong_password: { status: 401, sentence: 'Invalid password' },
  account_disabled: { status: 401, sentence: 'Invalid password' },
  user_record_missing: { status: 500, sentence: 'User record missing in database' },
  invalid_identifier: { status: 400, sentence: 'Invalid username' },
  identifier_taken: { status: 409, sentence: 'User already exists' },
  no_session: { status: 401, sentence: 'No session' },
} satisfies Record<RefusalName, Words>;

export interface DotjsonRules {
  readonly statusMode: StatusMode;
  readonly enumeration: Settings['enumeration'];
  readonly timeZone: string;
}

export function dotjson(services: Services, cookie: SessionCookie, rules: DotjsonRules): Contract {
  /** With `hide`, an unknown user is answered like a wrong password (ruling D3). */
  const spoken = rules.enumeration === 'hide' ? { ...words, unknown_account: words.wrong_password } : words;

  function refuse(refused: AnyRefusal): Reply {
    const said = spoken[refused.refused];
    return {
      status: shownStatus(said.status, rules.statusMode),
      body: { error: sentence(said, refused) },
      headers: refusalHeaders(refused),
    };
  }

  return {
    name: 'dotjson',
    hasCookies: true,
    owns: (path) => /^\/(?:register|login|logout)\.json(?:\/|$)/.test(path) || /^\/[^/]+\.json$/.test(path),
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/register.json',
        body: 'json',
        hashes: true,
        event: 'register',
        async answer(context) {
          const asked = registrationFields(services, context.fields, 'username');
          if (isRefusal(asked)) return asked;
          const { username: identifier, password, invite } = asked;
          const outcome = await register(
            services,
            { identifier, kind: 'username', password, invite },
            context,
          );
          if (isRefusal(outcome)) return refuse(outcome);
          const { user } = outcome;
          return {
            status: 200,
            body: { username: user.identifier, created: zonedDateTime(user.createdAt, rules.timeZone) },
          };
        },
      },
      {
        method: 'POST',
        path: '/login.json',
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
          if (isRefusal(outcome)) return refuse(outcome);
          const { id, user, session, deviceIds } = outcome;
          return {
            status: 200,
            body: {
              id,
              username: user.identifier,
              created: zonedDateTime(session.createdAt, rules.timeZone),
            },
            headers: cookie.set(id),
            secondCookie: cookie.device(deviceIds),
          };
        },
      },
      {
        method: 'POST',
        path: '/logout.json',
        body: 'any',
        event: 'logout',
        async answer(context) {
          const cookies = cookieIds(context.request);
          const carried = cookies.length > 0 ? cookies : clientCookieIds(context.request);
          const id = presentedId([queryIds(context.query)], carried);
          if (id === undefined) return { refused: 'no_session' };
          const outcome = await logout(services, [id], context);
          if (isRefusal(outcome)) return refuse(outcome);
          const headers = cookies.includes(id) ? cookie.clear() : {};
          return { status: 200, body: { success: true }, headers };
        },
      },
    ],
  };
}
