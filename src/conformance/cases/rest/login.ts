/** Cases of logins through `rest`: the answer, the refusals, and several sessions at a time. */

import { casesOf } from '../../case.ts';
import { expectCookieOf, sessionCookie } from '../../cookies.ts';
import {
  expectLogin,
  expectMatch,
  expectNoCookie,
  expectNoLogin,
  expectOnly,
  expectRefusedWith,
  expectSame,
  expectStatus,
  expectText,
  sessionIdOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure } from '../../verdicts.ts';
import { expectAlive } from '../liveness.ts';
import { unknownName, wrongPassword } from '../shared/refusals.ts';

const protocol = protocols.rest;
const { must, reading } = casesOf('rest');
const answered = '| `POST /auth/login` | `{ "email", "password" }` | 200 `{ "session_id" }` and the cookie |';
const wrong = '| 401 | `Invalid email or password` | The address is unknown or the password is wrong. |';
const problem =
  'The body is `{ "type", "title", "status", "detail" }` with `Content-Type: application/problem+json`.';

export const restLogin = [
  must({
    id: 'rest.login.status',
    title: 'a login is answered with 200',
    quote: answered,
    run: async (context) => expectStatus(await context.loggedIn('rest'), 200),
  }),
  must({
    id: 'rest.login.body',
    title: 'a login answers with session_id, a UUID',
    quote: answered,
    async run(context) {
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
      expectMatch(await context.loggedIn('rest'), 'session_id', uuid, 'a UUID');
    },
  }),
  must({
    id: 'rest.login.cookie',
    title: 'a login sets the cookie session_id',
    quote: answered,
    run: async (context) => void sessionCookie(await context.loggedIn('rest')),
  }),
  reading('R1', {
    id: 'rest.login.same-id',
    title: 'the cookie of a login has the id of the body, and the body has no other field',
    quote:
      '`session_id` is a version 4 UUID. It has the same value as the cookie, for clients that keep no cookies.',
    async run(context) {
      const answer = await context.loggedIn('rest');
      expectOnly(answer, ['session_id']);
      expectCookieOf(answer, sessionIdOf(protocol, answer));
    },
  }),
  must({
    id: 'rest.login.concurrent',
    title: 'one account has several sessions at a time, and a login ends none of them',
    quote: 'Each login begins a new session and does not end the others.',
    async run(context) {
      const ids = await context.idsOfLogins('rest');
      const [first = ''] = ids;
      const answer = await context.loggedIn('rest');
      if (new Set(ids).size !== ids.length)
        throw new Failure('another session id for each login', 'one id twice', answer);
      await expectAlive(context, 'rest', first, answer);
    },
  }),
  must({
    id: 'rest.login.wrong-password',
    title: 'a wrong password is refused with 401',
    quote: wrong,
    run: async (context) => expectStatus(await wrongPassword(context, protocol), 401),
  }),
  reading('G7', {
    id: 'rest.login.wrong-password.reason',
    title: 'the reason of the 401 is "Invalid email or password"',
    quote: wrong,
    run: async (context) =>
      expectText(await wrongPassword(context, protocol), 'detail', protocol.wrongPassword),
  }),
  reading('R1', {
    id: 'rest.login.wrong-password.no-cookie',
    title: 'a refused login sets no cookie and gives no session',
    quote: wrong,
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectNoCookie(answer);
      expectNoLogin(protocol, answer);
    },
  }),
  must({
    id: 'rest.login.unknown-name',
    title: 'an unknown address is refused with 401',
    quote: wrong,
    run: async (context) => expectStatus(await unknownName(context, protocol), 401),
  }),
  reading('R1', {
    id: 'rest.login.unknown-name.reason',
    title: 'an unknown address and a wrong password get the same answer',
    quote: wrong,
    async run(context) {
      const unknown = await unknownName(context, protocol);
      expectNoCookie(unknown);
      expectSame(unknown, await wrongPassword(context, protocol));
    },
  }),
  reading('G7', {
    id: 'rest.problem',
    title: 'a refusal is a problem of RFC 9457, of its media type',
    quote: problem,
    also: [
      '`type` is `about:blank`, `title` is the phrase of the status, and `detail` is one of these sentences.',
      'Errors are problem details (RFC 9457).',
    ],
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectRefusedWith(protocol, answer, answer.status, false);
      expectText(answer, 'title', 'Unauthorized');
    },
  }),
  reading('G3', {
    id: 'rest.login.registered-elsewhere',
    needs: 'dotjson',
    title: 'an account of dotjson logs in, with its username as email',
    quote: 'An account of the `dotjson` contract logs in here too, with its username in `email`.',
    run: async (context) =>
      expectLogin(protocol, await context.login('rest', await context.account('dotjson'))),
  }),
];
