/** Cases of logouts through `dotjson`: where the session is read from, what outranks what, and that only POST acts. */

import { casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { cookieOf, expectCleared } from '../../cookies.ts';
import {
  expectAllow,
  expectNoCookie,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectStatus,
  expectSuccess,
  expectText,
  jsonOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure } from '../../verdicts.ts';
import { expectAlive, expectEnded } from '../liveness.ts';

const protocol = protocols.dotjson;
const { must, reading } = casesOf('dotjson');
const answered = '| `POST /logout.json` | none needed | 200 `{ "success": true }` |';
const carriers = 'The session travels in `?s=`, or in the same cookie as in [`rest`](rest.md#the-cookie).';
const noSession = '| 401 | `No session` | Logout without a live session. |';
const onlyPost = 'Only POST ends a session. A link or an image cannot:';
const outranks = '`?s=` outranks the cookie. If it is present, even empty, the cookie is ignored.';
const path = '/logout.json';

const byQuery = (context: Context) =>
  context.once('dotjson logout by ?s=', async () => {
    const id = await context.session('dotjson');
    return { first: await context.logout('dotjson', id), second: await context.logout('dotjson', id) };
  });
const byCookie = (context: Context) =>
  context.once('dotjson logout by cookie', async () => {
    const id = await context.session('dotjson');
    const request = { method: 'POST', path, headers: { Cookie: `session_id=${id}` } };
    return {
      first: await context.send(request),
      second: await context.logout('dotjson', id),
      third: await context.send(request),
    };
  });
const withoutSession = (context: Context) =>
  context.once('dotjson logout without a session', () => context.send({ method: 'POST', path }));

function expectNoSession(answer: Answer): void {
  expectRefusal(protocol, answer);
  expectText(answer, 'error', 'No session');
}

function expectDone(answer: Answer): void {
  expectSuccess(answer);
  const { success } = jsonOf(answer);
  if (success !== true)
    throw new Failure('"success": true', `"success": ${JSON.stringify(success) ?? 'none'}`, answer);
}

export const dotjsonLogout = [
  must({
    id: 'dotjson.logout.answer',
    title: 'a logout by ?s= answers { "success": true }',
    quote: answered,
    also: [carriers],
    async run(context) {
      expectDone((await byQuery(context)).first);
    },
  }),
  reading('D1', {
    id: 'dotjson.logout.status',
    title: 'a logout is answered with 200 and only this field',
    quote: answered,
    async run(context) {
      for (const { first } of [await byQuery(context), await byCookie(context)]) {
        expectStatus(first, 200);
        expectOnly(first, ['success']);
      }
    },
  }),
  must({
    id: 'dotjson.logout.ends',
    title: 'a logout ends the session on the server: a second logout is refused with "No session"',
    quote: noSession,
    also: ['When the success is answered, the end is on disk.'],
    run: async (context) => expectNoSession((await byQuery(context)).second),
  }),
  reading('D5', {
    id: 'dotjson.logout.cookie',
    title: 'a logout by the cookie session_id is a success',
    quote: carriers,
    run: async (context) => expectDone((await byCookie(context)).first),
  }),
  reading('D5', {
    id: 'dotjson.logout.cookie.ends',
    title: 'a logout by the cookie session_id ends the session on the server',
    quote: carriers,
    async run(context) {
      const { second, third } = await byCookie(context);
      for (const answer of [second, third]) expectNoSession(answer);
    },
  }),
  must({
    id: 'dotjson.logout.none',
    title: 'a logout without a session is refused with "No session"',
    quote: noSession,
    run: async (context) => expectNoSession(await withoutSession(context)),
  }),
  reading('D3', {
    id: 'dotjson.logout.none.status',
    title: 'a logout without a session has status 401',
    quote: noSession,
    run: async (context) =>
      expectRefusedWith(protocol, await withoutSession(context), 401, context.options.statusOk),
  }),
  reading('D6', {
    id: 'dotjson.logout.get',
    title: 'a GET ends no session, and is refused with 405',
    quote: onlyPost,
    async run(context) {
      const id = await context.session('dotjson');
      const headers = { Cookie: `session_id=${id}`, 'X-HTTP-Method-Override': 'POST' };
      const answer = await context.send({ path: `${path}?s=${encodeURIComponent(id)}`, headers });
      await expectAlive(context, 'dotjson', id, answer);
      expectRefusedWith(protocol, answer, 405, context.options.statusOk);
      expectAllow(answer);
    },
  }),
  reading('D5', {
    id: 'dotjson.logout.clears',
    title: 'a logout clears the cookie that named the session',
    quote: 'The cookie is cleared if it named the session that was ended, and stays otherwise.',
    async run(context) {
      const id = await context.session('dotjson');
      const both = await context.logout('dotjson', id, { Cookie: `session_id=${id}` });
      for (const answer of [(await byCookie(context)).first, both])
        expectCleared(answer, context.options.now());
    },
  }),
  reading('D5', {
    id: 'dotjson.logout.keeps',
    title: 'a logout that ends no session, or another one than the cookie names, keeps the cookie',
    quote: 'The cookie is cleared if it named the session that was ended, and stays otherwise.',
    async run(context) {
      const [named, other] = [await context.session('dotjson'), await context.session('dotjson')];
      const answer = await context.logout('dotjson', named, { Cookie: `session_id=${other}` });
      const { first } = await byQuery(context);
      for (const one of [answer, first, (await byCookie(context)).third]) {
        const cookie = cookieOf(one, 'session_id');
        if (cookie)
          throw new Failure(
            'no Set-Cookie, since the cookie did not name the session that was ended',
            `session_id=${cookie.value}`,
            one,
          );
      }
      await expectEnded(context, 'dotjson', named, answer);
      await expectAlive(context, 'dotjson', other, answer);
    },
  }),
  reading('G14', {
    id: 'dotjson.logout.precedence',
    title: '?s= outranks the cookie: if it names no session, the one of the cookie stays alive',
    quote: outranks,
    async run(context) {
      const id = await context.session('dotjson');
      const headers = { Cookie: `session_id=${id}` };
      for (const query of ['?s=aaaaaaaaaaaaaaaaaaaaaaaaaa', '?s='])
        expectNoSession(await context.send({ method: 'POST', path: path + query, headers }));
      await expectAlive(context, 'dotjson', id, await withoutSession(context));
    },
  }),
  reading('G14', {
    id: 'dotjson.logout.twice-named',
    title: '?s= twice names no session',
    quote: 'If it is present twice, no session is named.',
    async run(context) {
      const id = await context.session('dotjson');
      const answer = await context.send({
        method: 'POST',
        path: `${path}?s=${encodeURIComponent(id)}&s=${encodeURIComponent(id)}`,
      });
      expectNoSession(answer);
      await expectAlive(context, 'dotjson', id, answer);
    },
  }),
  reading('G14', {
    id: 'dotjson.logout.ignored',
    title: 'a session in X-Session-Id, in Authorization or in the body is not read',
    quote: carriers,
    async run(context) {
      const id = await context.session('dotjson');
      const headers = { 'X-Session-Id': id, Authorization: `Bearer ${id}` };
      const answer = await context.post(path, { s: id, id, session: id, session_id: id }, headers);
      expectNoSession(answer);
      await expectAlive(context, 'dotjson', id, answer);
    },
  }),
  reading('D7', {
    id: 'dotjson.logout.session-cookie',
    title: 'a cookie named session is read where nothing else names one, and is not cleared',
    quote:
      'Logout reads that cookie if there is neither `session_id` nor `?s=`, and if its value is shaped like an id: 15 to 36 letters, digits and hyphens.',
    also: [
      'No other route reads it, and it is not cleared.',
      'A `session` cookie of another application does no harm.',
    ],
    async run(context) {
      const id = await context.session('dotjson');
      const foreign = await context.send({
        method: 'POST',
        path,
        headers: { Cookie: 'session=eyJhIjoxfQ==' },
      });
      expectNoSession(foreign);
      const answer = await context.send({ method: 'POST', path, headers: { Cookie: `session=${id}` } });
      expectDone(answer);
      expectOnly(answer, ['success']);
      expectNoCookie(answer);
      await expectEnded(context, 'dotjson', id, answer);
    },
  }),
  must({
    id: 'dotjson.logout.json-body',
    title: 'a logout with the body {} is a success',
    quote: answered,
    async run(context) {
      const id = await context.session('dotjson');
      expectDone(await context.post(`${path}?s=${encodeURIComponent(id)}`, {}));
    },
  }),
  reading('G10', {
    id: 'dotjson.logout.any-body',
    title: 'a logout with a body of any type is a success',
    quote: 'A request body is not needed. A body of any type is read up to 16 KiB and ignored.',
    async run(context) {
      const id = await context.session('dotjson');
      const request = {
        method: 'POST',
        path: `${path}?s=${encodeURIComponent(id)}`,
        headers: { 'Content-Type': 'text/plain' },
        body: 'not JSON {',
      };
      expectDone(await context.send(request));
    },
  }),
];
