/** Cases of logouts through `envelope`: the session in the body ends, and nothing else counts. */

import { casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import {
  expectNoCookie,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectSuccess,
  expectText,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { expectAlive, expectEnded } from '../liveness.ts';

const protocol = protocols.envelope;
const { must, reading } = casesOf('envelope');
const answered = '| `POST /api/auth/logout` | `{ "session" }` | 200 `{ "request", "message" }` |';
const notFound = '| 404 | `Session not found` | Logout of a session that is not live. |';
const neverIssued =
  'An id that was never issued, one that has expired and one that has ended are all answered with 404.';
const bodyOnly = 'The session is named in the body only. Cookies, `?s=` and headers are ignored.';

/** Answers that several cases look at: two logouts of one session, and one of an id that no server issued. */
const twice = (context: Context) =>
  context.once('envelope logout twice', async () => {
    const id = await context.session('envelope');
    // The cookie has to make no difference.
    const headers = { Cookie: `session_id=${id}` };
    return {
      first: await context.logout('envelope', id, headers),
      second: await context.logout('envelope', id, headers),
    };
  });
const unknownId = (context: Context) =>
  context.once('envelope logout of nothing', () => context.logout('envelope', 'aaaaaaaaaaaaaaaaaaaaaaaaaa'));

export const envelopeLogout = [
  must({
    id: 'envelope.logout.answer',
    title: 'a logout answers with request and message',
    quote: answered,
    async run(context) {
      const { first } = await twice(context);
      expectSuccess(first);
      expectStrings(first, 'request', 'message');
    },
  }),
  reading('E3', {
    id: 'envelope.logout.status',
    title: 'a logout is answered with 200 and only these fields',
    quote: answered,
    async run(context) {
      const { first } = await twice(context);
      expectStatus(first, 200);
      expectOnly(first, ['request', 'message']);
    },
  }),
  reading('E3', {
    id: 'envelope.logout.message',
    title: 'the message of a logout is "Logged out"',
    quote: 'A text for people. Always `Logged in` or `Logged out`.',
    run: async (context) => expectText((await twice(context)).first, 'message', 'Logged out'),
  }),
  must({
    id: 'envelope.logout.ends',
    title: 'a logout ends the session on the server: a second logout is refused',
    quote: notFound,
    also: ['When 200 is answered, the end is on disk: the id is refused from then on, even after a crash.'],
    run: async (context) => expectRefusal(protocol, (await twice(context)).second),
  }),
  reading('E3', {
    id: 'envelope.logout.ended.status',
    title: 'the logout of a session that has ended is answered with 404 and "Session not found"',
    quote: neverIssued,
    also: [notFound],
    async run(context) {
      const { second } = await twice(context);
      expectRefusedWith(protocol, second, 404, context.options.statusOk);
      expectText(second, 'error', 'Session not found');
    },
  }),
  must({
    id: 'envelope.logout.unknown',
    title: 'the logout of an id that was never issued is refused with request and error',
    quote: neverIssued,
    async run(context) {
      const answer = await unknownId(context);
      expectRefusal(protocol, answer);
      expectStrings(answer, 'request', 'error');
    },
  }),
  reading('E3', {
    id: 'envelope.logout.unknown.status',
    title: 'the logout of an id that was never issued is answered with 404',
    quote: neverIssued,
    run: async (context) =>
      expectRefusedWith(protocol, await unknownId(context), 404, context.options.statusOk),
  }),
  reading('E4', {
    id: 'envelope.logout.no-cookie',
    title: 'a logout sets no cookie and clears none, whatever cookie comes with it',
    quote: 'The session travels in request and response bodies, never in a cookie.',
    async run(context) {
      const { first, second } = await twice(context);
      for (const answer of [first, second]) expectNoCookie(answer);
    },
  }),
  reading('E3', {
    id: 'envelope.logout.body-only',
    title: 'a session in a cookie, in ?s= or in a header is not read',
    quote: bodyOnly,
    async run(context) {
      const id = await context.session('envelope');
      const headers = {
        Cookie: `session_id=${id}; session=${id}`,
        'X-Session-Id': id,
        Authorization: `Bearer ${id}`,
      };
      const bodies = [
        [{}, 400],
        [{ session_id: id, id, s: id }, 400],
        [{ session: 'none' }, 404],
      ] as const;
      let answer: Answer | undefined;
      for (const [body, status] of bodies) {
        answer = await context.post(
          `${protocol.logoutPath}?s=${encodeURIComponent(id)}&session=${encodeURIComponent(id)}`,
          body,
          headers,
        );
        expectRefusedWith(protocol, answer, status, context.options.statusOk);
      }
      if (answer) await expectAlive(context, 'envelope', id, answer);
    },
  }),
  reading('E3', {
    id: 'envelope.logout.contradicted',
    title: 'the session of the body ends, and the one that a cookie names does not',
    quote: bodyOnly,
    async run(context) {
      const [named, other] = [await context.session('envelope'), await context.session('envelope')];
      const answer = await context.logout('envelope', named, { Cookie: `session_id=${other}` });
      expectSuccess(answer);
      await expectEnded(context, 'envelope', named, answer);
      await expectAlive(context, 'envelope', other, answer);
    },
  }),
  reading('E3', {
    id: 'envelope.logout.field',
    title: 'a session that is no string is refused with 400, by the name of the field',
    quote: answered,
    async run(context) {
      for (const session of [undefined, ['x'.repeat(26)]]) {
        const answer = await context.post(protocol.logoutPath, { session });
        expectRefusedWith(protocol, answer, 400, context.options.statusOk);
        expectText(answer, 'error', 'The field "session" must be a string');
      }
    },
  }),
];
