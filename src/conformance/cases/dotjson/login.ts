/** Logins of `dotjson`: the answer, the cookie, and the refusals. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import { sessionCookie } from '../../cookies.ts';
import {
  expectNoCookie,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectSuccess,
  expectText,
  fieldsOf,
} from '../../expectations.ts';
import { Broken, Inconclusive } from '../../verdicts.ts';
import { wires } from '../../wire.ts';
import { registered } from './register.ts';

const wire = wires.dotjson;
const { must, reading } = casesOf({ contract: 'dotjson' });
const answered =
  '| `POST /login.json` | `{ "username", "password" }` | 200 `{ "id", "username", "created" }` and the [two cookies of `rest`](rest.md#the-cookie) |';
const unknown = '| 401 | `User does not exist` | Login with an unknown name. |';
const wrong = '| 401 | `Invalid password` | Login with a wrong password. |';

const wrongPassword = (context: Context) =>
  context.once('dotjson wrong password', async () => {
    const { name } = await context.person('dotjson');
    return context.login('dotjson', { name, password: 'not the right one' });
  });
const unknownName = (context: Context) =>
  context.once('dotjson unknown name', () =>
    context.login('dotjson', { name: context.freshName('dotjson'), password: 'not the right one' }),
  );

export const dotjsonLogin = [
  must({
    id: 'dotjson.login.answer',
    title: 'a login answers with id, username and created',
    quote: answered,
    attempts: 1,
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
      expectOnly(answer, 'id', 'username', 'created');
    },
  }),
  reading('D5', {
    id: 'dotjson.login.cookie',
    title: 'a login sets the cookie session_id with the id, readable by no script, for this site',
    quote: answered,
    also: ['The session travels in `?s=`, or in the same cookie as in [`rest`](rest.md#the-cookie).'],
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      const { id } = expectStrings(answer, 'id');
      const { value, attributes } = sessionCookie(answer);
      if (value !== id) throw new Broken(`a cookie with the value ${id}`, value, answer);
      if (!attributes.has('httponly'))
        throw new Broken('a session cookie with HttpOnly', 'one without', answer);
      if (attributes.get('samesite')?.toLowerCase() !== 'lax')
        throw new Broken('SameSite=Lax', `SameSite=${attributes.get('samesite') ?? 'none'}`, answer);
    },
  }),
  reading('D5', {
    id: 'dotjson.login.username',
    title: 'username comes back as it was registered, not as it was typed',
    quote: 'The name as it was registered, not as it was typed in this request.',
    attempts: 1,
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
    attempts: 1,
    async run(context) {
      const { name, password } = await context.person('dotjson');
      const answer = await context.login('dotjson', { name: name.toUpperCase(), password });
      if (fieldsOf(answer)?.['id'] === undefined)
        throw new Broken('a login', `status ${answer.status}`, answer);
    },
  }),
  must({
    id: 'dotjson.login.new-session',
    title: 'each login begins a session of its own',
    quote: 'The session id: 26 characters of `a` to `z` and `0` to `9`.',
    async run(context) {
      const ids = await context.idsOfLogins('dotjson');
      if (new Set(ids).size !== ids.length)
        throw new Broken(
          'a session of its own for each login',
          'the same id twice',
          await context.loggedIn('dotjson'),
        );
    },
  }),
  must({
    id: 'dotjson.login.unknown-name',
    title: 'an unknown name is refused with "User does not exist"',
    quote: unknown,
    attempts: 1,
    async run(context) {
      const answer = await unknownName(context);
      expectRefusal(wire, answer, context.options.statusOk);
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
    attempts: 1,
    async run(context) {
      const answer = await wrongPassword(context);
      expectRefusal(wire, answer, context.options.statusOk);
      expectText(answer, 'error', 'Invalid password');
    },
  }),
  reading('D3', {
    id: 'dotjson.login.refused.status',
    title: 'a refused login has status 401',
    quote: wrong,
    also: [unknown],
    attempts: 2,
    async run(context) {
      for (const answer of [await wrongPassword(context), await unknownName(context)])
        expectRefusedWith(wire, answer, 401, context.options.statusOk);
    },
  }),
  reading('D5', {
    id: 'dotjson.login.refused.no-cookie',
    title: 'a refused login sets no cookie and gives no id',
    quote: wrong,
    attempts: 1,
    async run(context) {
      const answer = await wrongPassword(context);
      expectNoCookie(answer);
      if (fieldsOf(answer)?.['id'] !== undefined) throw new Broken('no id', 'an id', answer);
    },
  }),
  reading('G3', {
    id: 'dotjson.login.registered-elsewhere',
    title: 'an account of rest logs in, with its address as username',
    quote: 'An account of the `rest` contract logs in here too, with its e-mail address in `username`.',
    attempts: 2,
    async run(context) {
      if (!context.options.contracts.includes('rest'))
        throw new Inconclusive('`rest` is not among the contracts of this run');
      const answer = await context.login('dotjson', await context.person('rest'));
      if (fieldsOf(answer)?.['id'] === undefined)
        throw new Broken('a login by address', `status ${answer.status}`, answer);
    },
  }),
];
