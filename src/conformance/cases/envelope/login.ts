/** Cases of logins through `envelope`: the answer, its fields, and the refusals. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import {
  expectLogin,
  expectMatch,
  expectNoCookie,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectSame,
  expectStatus,
  expectStrings,
  expectSuccess,
  expectText,
  fieldsOf,
  header,
  sessionIdOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure } from '../../verdicts.ts';
import { expectAlive } from '../liveness.ts';
import { missingField, unknownName, wrongMethod, wrongPassword } from '../shared/refusals.ts';

const protocol = protocols.envelope;
const { must, reading } = casesOf('envelope');
const answered =
  '| `POST /api/auth/login` | `{ "username", "password" }` | 200 `{ "request", "user", "session", "message" }` |';
const requestField =
  'A UUID that the server mints for this request. The header `X-Request-Id` and the log have the same id. A `request` sent by the client is ignored.';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Answers that several cases look at. */

const twoLogins = (context: Context) =>
  context.once('envelope two logins', async () => {
    const first = await context.session('envelope');
    return [first, await context.login('envelope', await context.account('envelope'))] as const;
  });

/** A success, and a refusal of each kind. */
const everyKind = (context: Context) =>
  context.once('envelope answers', async () => {
    const [text, origin] = [{ 'Content-Type': 'text/plain' }, { Origin: 'https://another-site.example' }];
    return [
      await context.loggedIn('envelope'),
      await wrongPassword(context, protocol),
      await wrongMethod(context, protocol),
      await missingField(context, protocol),
      await context.post(protocol.loginPath, {}, text),
      await context.post(protocol.loginPath, {}, origin),
      await context.post(protocol.logoutPath, { session: 'none' }),
    ];
  });

export const envelopeLogin = [
  must({
    id: 'envelope.login.answer',
    title: 'a login answers with request, user, session and message',
    quote: answered,
    async run(context) {
      const answer = await context.loggedIn('envelope');
      expectSuccess(answer);
      expectStrings(answer, 'request', 'user', 'session', 'message');
    },
  }),
  reading('E2', {
    id: 'envelope.login.status',
    title: 'a login is answered with 200',
    quote: answered,
    run: async (context) => expectStatus(await context.loggedIn('envelope'), 200),
  }),
  reading('E2', {
    id: 'envelope.login.fields',
    title: 'the answer of a login has no other fields',
    quote: answered,
    async run(context) {
      expectOnly(await context.loggedIn('envelope'), ['request', 'user', 'session', 'message']);
    },
  }),
  reading('E2', {
    id: 'envelope.login.message',
    title: 'the message of a login is "Logged in"',
    quote: 'A text for people. Always `Logged in` or `Logged out`.',
    run: async (context) => expectText(await context.loggedIn('envelope'), 'message', 'Logged in'),
  }),
  reading('E2', {
    id: 'envelope.login.user',
    title: 'two logins of one account name the same user, by a UUID',
    quote: 'The id of the account, a UUID. It is the same on every contract and for the life of the account.',
    async run(context) {
      const first = await context.loggedIn('envelope');
      const second = await context.login('envelope', await context.account('envelope'));
      const { user } = expectStrings(first, 'user');
      // An account that came from another system keeps the id that it had there.
      if (!context.options.user) expectMatch(first, 'user', uuid, 'a UUID');
      const { user: again } = expectStrings(second, 'user');
      if (user !== again) throw new Failure(`the user ${user} again`, String(again), second);
    },
  }),
  must({
    id: 'envelope.login.new-session',
    title: 'each login begins a new session',
    quote: 'Each login begins a new session. Earlier sessions continue.',
    async run(context) {
      const [first, second] = await twoLogins(context);
      if (sessionIdOf(protocol, second) === first)
        throw new Failure('another session id than that of the login before', 'the same session id', second);
    },
  }),
  reading('R5', {
    id: 'envelope.login.earlier-session',
    title: 'a login ends no earlier session',
    quote: 'Each login begins a new session. Earlier sessions continue.',
    async run(context) {
      const [first, second] = await twoLogins(context);
      await expectAlive(context, 'envelope', first, second);
    },
  }),
  must({
    id: 'envelope.login.wrong-password.body',
    title: 'a wrong password is refused with request and error, and with no session',
    quote:
      'The body is `{ "request", "error" }`, on every path that is `/api/auth` or begins with `/api/auth/`.',
    also: ['The reason of a refusal, one of the sentences below.'],
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectRefusal(protocol, answer);
      expectStrings(answer, 'request', 'error');
    },
  }),
  reading('E2', {
    id: 'envelope.login.wrong-password.status',
    title: 'a wrong password is refused with 401 and its sentence',
    quote: '| 401 | `Invalid username or password` | The name is unknown or the password is wrong. |',
    async run(context) {
      const answer = await wrongPassword(context, protocol);
      expectRefusedWith(protocol, answer, 401, context.options.statusOk);
      expectText(answer, 'error', protocol.wrongPassword);
    },
  }),
  reading('E2', {
    id: 'envelope.login.unknown-name',
    title: 'an unknown name and a wrong password get the same answer',
    quote: 'An unknown name and a wrong password get the same answer in the same time.',
    async run(context) {
      expectSame(await unknownName(context, protocol), await wrongPassword(context, protocol));
    },
  }),
  reading('E1', {
    id: 'envelope.request.uuid',
    title: 'request is a UUID in every answer, and another one for each request',
    quote: requestField,
    also: ['Every answer carries the id of its request.'],
    async run(context) {
      const answers = await everyKind(context);
      for (const answer of answers) expectMatch(answer, 'request', uuid, 'a UUID');
      const ids = new Set(answers.map((answer) => fieldsOf(answer)?.['request']));
      const [first] = answers;
      if (first && ids.size !== answers.length)
        throw new Failure('another request id for each request', 'one id twice', first);
    },
  }),
  reading('E1', {
    id: 'envelope.request.minted',
    title: 'a request that the client sends is ignored',
    quote: requestField,
    async run(context) {
      const proposed = '11111111-1111-4111-8111-111111111111';
      const answer = await context.post(protocol.logoutPath, { request: proposed, session: 'none' });
      const { request } = expectStrings(answer, 'request');
      if (request === proposed)
        throw new Failure('a request id of its own', 'the one that the client sent', answer);
    },
  }),
  reading('E1', {
    id: 'envelope.request.header',
    title: 'request equals the header X-Request-Id in every answer',
    quote: requestField,
    async run(context) {
      for (const answer of await everyKind(context)) {
        const { request } = expectStrings(answer, 'request');
        const sent = header(answer, 'X-Request-Id');
        if (sent !== request) throw new Failure(`X-Request-Id: ${request}`, sent ?? 'no such header', answer);
      }
    },
  }),
  reading('E4', {
    id: 'envelope.login.no-cookie',
    title: 'a login sets no cookie, and a refusal neither',
    quote: 'The session travels in request and response bodies, never in a cookie.',
    async run(context) {
      for (const answer of await everyKind(context)) expectNoCookie(answer);
    },
  }),
  reading('G3', {
    id: 'envelope.login.case',
    title: 'the case of letters in a name makes no difference',
    quote: 'It is looked up without regard to the case of ASCII letters.',
    also: ['Any text is allowed as `username`.'],
    async run(context) {
      const { name, password } = await context.account('envelope');
      expectLogin(protocol, await context.login('envelope', { name: name.toUpperCase(), password }));
    },
  }),
  reading('G3', {
    id: 'envelope.login.registered-elsewhere',
    needs: 'rest',
    title: 'an account of another contract logs in, by an e-mail address too',
    quote: 'An e-mail address goes into `username` too.',
    also: [
      'Accounts are made through [`dotjson`](dotjson.md) or [`rest`](rest.md) and log in here with the name they were registered with.',
    ],
    run: async (context) =>
      expectLogin(protocol, await context.login('envelope', await context.account('rest'))),
  }),
];
