/** Cases of logouts through `rest`: every session that is presented ends, and the cookie is cleared in any case. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import { expectAttribute, expectCleared, sessionCookie } from '../../cookies.ts';
import { expectStatus, header } from '../../expectations.ts';
import { Failure } from '../../verdicts.ts';
import { expectAlive, expectEnded } from '../liveness.ts';

const { must, reading } = casesOf('rest');
const answered = '| `POST /auth/logout` | none needed | 204 without a body, and the cookie cleared |';
const path = '/auth/logout';
const ends =
  'Logout ends every session id that is presented: the one in the cookie and the one in `X-Session-Id`, in one step if they differ.';
const unneeded = 'A request body is not needed. A body of any type is read up to 16 KiB and ignored.';

/** Answers that several cases look at. */
const byCookie = (context: Context) =>
  context.once('rest logout by cookie', async () => {
    const id = await context.session('rest');
    return {
      id,
      answer: await context.send({ method: 'POST', path, headers: { Cookie: `session_id=${id}` } }),
    };
  });
const byHeader = (context: Context) =>
  context.once('rest logout by header', async () => {
    const id = await context.session('rest');
    const answer = await context.send({ method: 'POST', path, headers: { 'X-Session-Id': id } });
    return { id, answer };
  });
const withoutSession = (context: Context) =>
  context.once('rest logout without a session', () => context.send({ method: 'POST', path }));

export const restLogout = [
  must({
    id: 'rest.logout.cookie.status',
    title: 'a logout by cookie is answered with 204',
    quote: answered,
    run: async (context) => expectStatus((await byCookie(context)).answer, 204),
  }),
  must({
    id: 'rest.logout.cookie.ends',
    title: 'a logout by cookie ends the session on the server',
    quote: ends,
    also: ['204 means that the end is on disk.', 'The server decides, not the cookie.'],
    async run(context) {
      const { id, answer } = await byCookie(context);
      await expectEnded(context, 'rest', id, answer);
    },
  }),
  must({
    id: 'rest.logout.cookie.clears',
    title: 'a logout by cookie clears the cookie',
    quote: answered,
    also: ['Then it clears the cookie.'],
    run: async (context) => expectCleared((await byCookie(context)).answer, context.options.now()),
  }),
  must({
    id: 'rest.logout.header.status',
    title: 'a logout by the header X-Session-Id is answered with 204',
    quote: 'The session travels in the cookie `session_id`, or in the header `X-Session-Id`.',
    run: async (context) => expectStatus((await byHeader(context)).answer, 204),
  }),
  must({
    id: 'rest.logout.header.ends',
    title: 'a logout by the header X-Session-Id ends the session on the server',
    quote: ends,
    async run(context) {
      const { id, answer } = await byHeader(context);
      await expectEnded(context, 'rest', id, answer);
    },
  }),
  must({
    id: 'rest.logout.header.clears',
    title: 'a logout by the header X-Session-Id clears the cookie, too',
    quote: 'Then it clears the cookie.',
    run: async (context) => expectCleared((await byHeader(context)).answer, context.options.now()),
  }),
  must({
    id: 'rest.logout.none.status',
    title: 'a logout without a session is a success',
    quote: 'A logout without a session is a success.',
    run: async (context) => expectStatus(await withoutSession(context), 204),
  }),
  must({
    id: 'rest.logout.none.clears',
    title: 'a logout without a session clears the cookie',
    quote: 'Then it clears the cookie.',
    run: async (context) => expectCleared(await withoutSession(context), context.options.now()),
  }),
  must({
    id: 'rest.logout.again',
    title: 'a logout of a session that has ended is a success, and clears the cookie',
    quote: 'A logout without a session is a success.',
    async run(context) {
      const { id } = await byCookie(context);
      const answer = await context.send({ method: 'POST', path, headers: { Cookie: `session_id=${id}` } });
      expectStatus(answer, 204);
      expectCleared(answer, context.options.now());
    },
  }),
  reading('R3', {
    id: 'rest.logout.clears.attributes',
    title: 'the cookie is cleared with the attributes that it was set with',
    quote: 'Clearing sends the same attributes with an empty value and `Max-Age=0`.',
    async run(context) {
      const { answer } = await byCookie(context);
      const [set, cleared] = [sessionCookie(await context.loggedIn('rest')), sessionCookie(answer)];
      if (cleared.value !== '') throw new Failure('an empty value', cleared.value, answer);
      expectAttribute(answer, 'Max-Age', '0');
      const others = ['httponly', 'secure', 'samesite', 'path', 'domain'];
      for (const name of others) {
        const [before, now] = [set.attributes.get(name), cleared.attributes.get(name)];
        if (before !== now)
          throw new Failure(
            `${name} as in the cookie that was set (${before ?? 'none'})`,
            now ?? 'none',
            answer,
          );
      }
    },
  }),
  reading('G14', {
    id: 'rest.logout.both',
    title: 'a logout with two sessions, in cookie and header, ends both',
    quote: ends,
    async run(context) {
      const [one, other] = [await context.session('rest'), await context.session('rest')];
      const headers = { Cookie: `session_id=${one}`, 'X-Session-Id': other };
      const answer = await context.send({ method: 'POST', path, headers });
      expectStatus(answer, 204);
      expectCleared(answer, context.options.now());
      for (const id of [one, other]) await expectEnded(context, 'rest', id, answer);
    },
  }),
  reading('G14', {
    id: 'rest.logout.ignored',
    title: 'a session in Authorization, in ?s= or in the body is not read',
    quote: '`Authorization` and `?s=` are ignored here.',
    async run(context) {
      const id = await context.session('rest');
      const answer = await context.send({
        method: 'POST',
        path: `${path}?s=${encodeURIComponent(id)}&session_id=${encodeURIComponent(id)}`,
        headers: { Authorization: `Bearer ${id}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ session_id: id, session: id }),
      });
      await expectAlive(context, 'rest', id, answer);
    },
  }),
  reading('G10', {
    id: 'rest.logout.any-body',
    title: 'a logout with a body of any type is a success',
    quote: unneeded,
    async run(context) {
      const headers = { 'Content-Type': 'text/plain' };
      expectStatus(await context.send({ method: 'POST', path, headers, body: 'not JSON {' }), 204);
    },
  }),
  reading('R1', {
    id: 'rest.logout.empty',
    title: 'the answer of a logout has no body and no media type',
    quote: answered,
    async run(context) {
      const { answer } = await byCookie(context);
      const type = header(answer, 'Content-Type');
      if (type !== undefined) throw new Failure('no Content-Type', type, answer);
      if (answer.text !== '') throw new Failure('no body', `${answer.text.length} characters`, answer);
    },
  }),
];
