/** Logins of `rest`: the answer, the refusals, and sessions beside one another. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import { sessionCookie } from '../../cookies.ts';
import {
  expectMatch,
  expectNoCookie,
  expectOnly,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectText,
  fieldsOf,
  jsonOf,
} from '../../expectations.ts';
import { Broken, Inconclusive } from '../../verdicts.ts';
import { wires } from '../../wire.ts';

const wire = wires.rest;
const { must, reading } = casesOf({ contract: 'rest' });
const answered = '| `POST /auth/login` | `{ "email", "password" }` | 200 `{ "session_id" }` and the cookie |';
const wrong = '| 401 | `Invalid email or password` | The address is unknown or the password is wrong. |';
const problem =
  'The body is `{ "type", "title", "status", "detail" }` with `Content-Type: application/problem+json`.';

const wrongPassword = (context: Context) =>
  context.once('rest wrong password', async () => {
    const { name } = await context.person('rest');
    return context.login('rest', { name, password: 'not the right one' });
  });
const unknownName = (context: Context) =>
  context.once('rest unknown name', () =>
    context.login('rest', { name: context.freshName('rest'), password: 'not the right one' }),
  );

export const restLogin = [
  must({
    id: 'rest.login.status',
    title: 'a login is answered with 200',
    quote: answered,
    attempts: 1,
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
      expectOnly(answer, 'session_id');
      const { session_id: id } = expectStrings(answer, 'session_id');
      const { value } = sessionCookie(answer);
      if (value !== id) throw new Broken(`a cookie with the value ${id}`, value, answer);
    },
  }),
  must({
    id: 'rest.login.concurrent',
    title: 'one account has several sessions at a time, and a login ends none of them',
    quote: 'Each login begins a new session and does not end the others.',
    async run(context) {
      const ids = await context.idsOfLogins('rest');
      const [first = ''] = ids;
      if (new Set(ids).size !== ids.length)
        throw new Broken(
          'a session of its own for each login',
          'the same id twice',
          await context.loggedIn('rest'),
        );
      if (!(await context.isAlive(first)))
        throw new Broken(
          'the first session to be alive behind later logins',
          'it has ended',
          await context.loggedIn('rest'),
        );
    },
  }),
  must({
    id: 'rest.login.wrong-password',
    title: 'a wrong password is refused with 401',
    quote: wrong,
    attempts: 1,
    run: async (context) => expectStatus(await wrongPassword(context), 401),
  }),
  reading('G7', {
    id: 'rest.login.wrong-password.reason',
    title: 'the reason of the 401 is "Invalid email or password"',
    quote: wrong,
    attempts: 1,
    run: async (context) => expectText(await wrongPassword(context), 'detail', wire.wrongPassword),
  }),
  reading('R1', {
    id: 'rest.login.wrong-password.no-cookie',
    title: 'a refused login sets no cookie and gives no session',
    quote: wrong,
    attempts: 1,
    async run(context) {
      const answer = await wrongPassword(context);
      expectNoCookie(answer);
      if (fieldsOf(answer)?.['session_id'] !== undefined)
        throw new Broken('no session_id', 'a session_id', answer);
    },
  }),
  must({
    id: 'rest.login.unknown-name',
    title: 'an unknown address is refused with 401',
    quote: wrong,
    attempts: 1,
    run: async (context) => expectStatus(await unknownName(context), 401),
  }),
  reading('R1', {
    id: 'rest.login.unknown-name.reason',
    title: 'an unknown address and a wrong password get the same sentence',
    quote: wrong,
    attempts: 2,
    async run(context) {
      const { detail } = jsonOf(await wrongPassword(context));
      expectText(await unknownName(context), 'detail', String(detail));
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
    attempts: 1,
    async run(context) {
      const answer = await wrongPassword(context);
      expectRefusedWith(wire, answer, answer.status, false);
      expectText(answer, 'title', 'Unauthorized');
    },
  }),
  reading('G3', {
    id: 'rest.login.registered-elsewhere',
    title: 'an account of dotjson logs in, with its username as email',
    quote: 'An account of the `dotjson` contract logs in here too, with its username in `email`.',
    attempts: 2,
    async run(context) {
      if (!context.options.contracts.includes('dotjson'))
        throw new Inconclusive('`dotjson` is not among the contracts of this run');
      const answer = await context.login('rest', await context.person('dotjson'));
      if (fieldsOf(answer)?.['session_id'] === undefined)
        throw new Broken('a login by username', `status ${answer.status}`, answer);
    },
  }),
];
