/** Logouts of `envelope`: the session in the body ends, and nothing else counts. */

import { casesOf } from '../../case.ts';
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
  fieldsOf,
} from '../../expectations.ts';
import { Broken } from '../../verdicts.ts';
import { wires } from '../../wire.ts';

const wire = wires.envelope;
const { must, reading } = casesOf({ contract: 'envelope' });
const answered = '| `POST /api/auth/logout` | `{ "session" }` | 200 `{ "request", "message" }` |';
const notFound = '| 404 | `Session not found` | Logout of a session that is not live. |';
const neverIssued =
  'An id that was never issued, one that has expired and one that has ended are all answered with 404.';
const bodyOnly = 'The session is named in the body only. Cookies, `?s=` and headers are ignored.';

/** A logout of a live session, and then a second one: made once. */
const twice = (context: Context) =>
  context.once('envelope logout twice', async () => {
    const id = await context.session('envelope');
    return { first: await context.logout('envelope', id), second: await context.logout('envelope', id) };
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
      if (fieldsOf(first)?.['error'] !== undefined)
        throw new Broken('a success', `the error ${first.text.slice(0, 100)}`, first);
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
      expectOnly(first, 'request', 'message');
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
    title: 'a session that was logged out is gone: a second logout is refused',
    quote: notFound,
    also: ['When 200 is answered, the end is on disk: the id is refused from then on, even after a crash.'],
    async run(context) {
      const { second } = await twice(context);
      if (second.status < 400 && fieldsOf(second)?.['error'] === undefined)
        throw new Broken(
          'a refusal, since the session has ended',
          `status ${second.status}, as if it were alive`,
          second,
        );
      expectRefusal(wire, second, context.options.statusOk);
    },
  }),
  reading('E3', {
    id: 'envelope.logout.ended.status',
    title: 'the logout of a session that has ended is answered with 404 and "Session not found"',
    quote: neverIssued,
    also: [notFound],
    async run(context) {
      const { second } = await twice(context);
      expectRefusedWith(wire, second, 404, context.options.statusOk);
      expectText(second, 'error', 'Session not found');
    },
  }),
  must({
    id: 'envelope.logout.unknown',
    title: 'the logout of an id that was never issued is refused with request and error',
    quote: neverIssued,
    async run(context) {
      const answer = await unknownId(context);
      expectRefusal(wire, answer, context.options.statusOk);
      expectStrings(answer, 'request', 'error');
    },
  }),
  reading('E3', {
    id: 'envelope.logout.unknown.status',
    title: 'the logout of an id that was never issued is answered with 404',
    quote: neverIssued,
    run: async (context) => expectRefusedWith(wire, await unknownId(context), 404, context.options.statusOk),
  }),
  reading('E4', {
    id: 'envelope.logout.no-cookie',
    title: 'a logout sets no cookie and clears none',
    quote: 'The session travels in request and response bodies, never in a cookie.',
    run: async (context) => expectNoCookie((await twice(context)).first),
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
      const answer = await context.post(`${wire.logoutPath}?s=${id}&session=${id}`, {}, headers);
      if (answer.status < 400 && fieldsOf(answer)?.['error'] === undefined)
        throw new Broken('a refusal, since the body names no session', `status ${answer.status}`, answer);
      const ended = await context.logout('envelope', id);
      if (ended.status >= 400 || fieldsOf(ended)?.['error'] !== undefined)
        throw new Broken(
          'the session to be alive behind that',
          `status ${ended.status} for its logout`,
          answer,
        );
    },
  }),
];
