/** Cases of logins through `dotjson`: the answer, the cookie, and the refusals. */

import { casesOf } from '../../case.ts';
import { expectAttribute, expectCookieOf } from '../../cookies.ts';
import {
  expectLogin,
  expectNoCookie,
  expectNoLogin,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectSuccess,
  expectText,
  fieldsOf,
  sessionIdOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure, Inconclusive } from '../../verdicts.ts';
import { unknownName, wrongPassword } from '../shared/refusals.ts';
import { registered } from './register.ts';

const protocol = protocols.dotjson;
const { must, reading } = casesOf('dotjson');
const answered =
  '| `POST /login.json` | `{ "username", "password" }` | 200 `{ "id", "username", "created" }` and the [two cookies of `rest`](rest.md#the-cookie) |';
const unknown = '| 401 | `User does not exist` | Login with an unknown name. |';
const newSession = 'Each login begins a new session and does not end the others.';
const wrong = '| 401 | `Invalid password` | Login with a wrong password. |';

export const dotjsonLogin = [
  must({
    id: 'dotjson.login.answer',
    title: 'a login answers with id, username and created',
    quote: answered,
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      expectSuccess(answer);
      expectStrings(answer, 'id', 'username', 'created');
    },
  }),
  reading('D1', {
    id: 'dotjson.login.status',
    title: 'a login is answered with 200 and only these fields',
    quote: answered,
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      expectStatus(answer, 200);
      expectOnly(answer, ['id', 'username', 'created']);
    },
  }),
  reading('D5', {
    id: 'dotjson.login.cookie',
    title: 'a login sets the cookie session_id with the id, readable by no script, for this site',
    quote: answered,
    also: ['The session travels in `?s=`, or in the same cookie as in [`rest`](rest.md#the-cookie).'],
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      expectCookieOf(answer, sessionIdOf(protocol, answer));
      expectAttribute(answer, 'HttpOnly');
      expectAttribute(answer, 'SameSite', 'Lax');
    },
  }),
  reading('D5', {
    id: 'dotjson.login.username',
    title: 'username comes back as it was registered, not as it was typed',
    quote: 'The name as it was registered, not as it was typed in this request.',
    async run(context) {
      const { username } = await registered(context);
      const answer = await context.login('dotjson', {
        name: username.toLowerCase(),
        password: 'supersecure',
      });
      if (fieldsOf(answer)?.['id'] === undefined)
        throw new Inconclusive(
          `A login in lower case was refused (status ${answer.status}); the case dotjson.login.case says so`,
        );
      expectText(answer, 'username', username);
    },
  }),
  reading('G3', {
    id: 'dotjson.login.case',
    title: 'the case of letters in a name makes no difference to a login',
    quote: 'Names that differ only in case are the same name.',
    async run(context) {
      const { name, password } = await context.account('dotjson');
      const answer = await context.login('dotjson', { name: name.toUpperCase(), password });
      expectLogin(protocol, answer);
      // Of an account that was named, only its owner knows how it is spelt.
      if (!context.options.user) expectText(answer, 'username', name);
    },
  }),
  reading('R5', {
    id: 'dotjson.login.new-session',
    title: 'each login begins a new session',
    quote: newSession,
    async run(context) {
      const ids = await context.idsOfLogins('dotjson');
      if (new Set(ids).size !== ids.length)
        throw new Failure(
          'another session id for each login',
          'one id twice',
          await context.loggedIn('dotjson'),
        );
    },
  }),
  must({
    id: 'dotjson.login.unknown-name',
    title: 'an unknown name is refused with "User does not exist"',
    quote: unknown,
    async run(context) {
      const answer = await unknownName(context, protocol);
      expectRefusal(protocol, answer);
      const { error } = expectStrings(answer, 'error');
      if (error === 'Invalid password')
        context.note(
          'The server answers "Invalid password" for unknown names, too: it hides which names exist, which Gatehouse allows as a setting (ruling D3).',
        );
      else expectText(answer, 'error', 'User does not exist');
    },
  }),
  must({
    id: 'dotjson.login.wrong-password',
    title: 'a wrong password is refused with "Invalid password"',
    quote: wrong,
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectRefusal(protocol, answer);
      expectText(answer, 'error', 'Invalid password');
    },
  }),
  reading('D3', {
    id: 'dotjson.login.refused.status',
    title: 'a refused login has status 401',
    quote: wrong,
    also: [unknown],
    async run(context) {
      for (const answer of [await wrongPassword(context, protocol), await unknownName(context, protocol)])
        expectRefusedWith(protocol, answer, 401, context.options.statusOk);
    },
  }),
  reading('D5', {
    id: 'dotjson.login.refused.no-cookie',
    title: 'a refused login sets no cookie and gives no id',
    quote: wrong,
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectNoCookie(answer);
      expectNoLogin(protocol, answer);
    },
  }),
  reading('G3', {
    id: 'dotjson.login.registered-elsewhere',
    needs: 'rest',
    title: 'an account of rest logs in, with its address as username',
    quote: 'An account of the `rest` contract logs in here too, with its e-mail address in `username`.',
    run: async (context) =>
      expectLogin(protocol, await context.login('dotjson', await context.account('rest'))),
  }),
];
