/** Cases of registrations through `rest`: the account, its first session, and what is refused. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import { expectCookieOf, sessionCookie } from '../../cookies.ts';
import {
  expectHeader,
  expectLogin,
  expectMatch,
  expectNoCookie,
  expectOnly,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectText,
  sessionIdOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure, Inconclusive } from '../../verdicts.ts';
import { expectAlive, expectEnded } from '../liveness.ts';
import { expectNotAdopted, proposalOf } from '../proposals.ts';

const protocol = protocols.rest;
const { must, reading } = casesOf('rest');
const answered =
  '| `POST /auth/register` | `{ "email", "password" }`, and `"invite"` if an invitation is needed | 201 `{ "session_id" }` and the cookie |';
const taken =
  '| 409 | `Email already registered` | The address is taken. The case of letters makes no difference. |';
const password = 'strongpassword';

/** The registration that several cases look at. */
export const registered = (context: Context) =>
  context.once('rest registration', async () => {
    const email = context.freshName('rest');
    const answer = await context.register('rest', { email, password });
    if (answer.status === 403) throw new Inconclusive('The server registers no accounts (403)');
    return { email, answer };
  });
const again = (context: Context) =>
  context.once('rest registration again', async () => {
    const { email } = await registered(context);
    return context.register('rest', { email, password });
  });

/** A registration that has to be refused with 422 and a sentence. */
function refused(
  id: string,
  title: string,
  quote: string,
  detail: string,
  fields: (context: Context) => object,
  also: string[] = [],
) {
  return reading(id.includes('email') ? 'G3' : 'G4', {
    id: `rest.register.${id}`,
    title,
    quote,
    also,
    async run(context) {
      await registered(context);
      const answer = await context.register('rest', fields(context));
      expectRefusedWith(protocol, answer, 422, false);
      expectNoCookie(answer);
      expectText(answer, 'detail', detail);
    },
  });
}

export const restRegister = [
  must({
    id: 'rest.register.status',
    title: 'a registration is answered with 201',
    quote: answered,
    run: async (context) => expectStatus((await registered(context)).answer, 201),
  }),
  must({
    id: 'rest.register.body',
    title: 'a registration answers with session_id, a UUID',
    quote: answered,
    async run(context) {
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
      expectMatch((await registered(context)).answer, 'session_id', uuid, 'a UUID');
    },
  }),
  must({
    id: 'rest.register.cookie',
    title: 'a registration sets the cookie session_id',
    quote: answered,
    async run(context) {
      const { answer } = await registered(context);
      if (sessionCookie(answer).value === '')
        throw new Failure('a cookie with a value', 'an empty one', answer);
    },
  }),
  reading('R1', {
    id: 'rest.register.same-id',
    title: 'the cookie of a registration has the id of the body, and the body has no other field',
    quote:
      '`session_id` is a version 4 UUID. It has the same value as the cookie, for clients that keep no cookies.',
    async run(context) {
      const { answer } = await registered(context);
      expectHeader(answer, 'Content-Type', /^application\/json(?:$|;)/i, 'application/json');
      expectOnly(answer, ['session_id']);
      expectMatch(answer, 'session_id', protocol.idPattern, protocol.idWords);
      expectCookieOf(answer, sessionIdOf(protocol, answer));
    },
  }),
  must({
    id: 'rest.register.session',
    title: 'the session of a registration is alive',
    quote: 'Registration makes the account and its first session.',
    async run(context) {
      const { answer } = await registered(context);
      const { session_id: id = '' } = expectStrings(answer, 'session_id');
      await expectAlive(context, 'rest', id, answer);
    },
  }),
  reading('G6', {
    id: 'rest.register.adopted',
    title: 'an id that the client proposes at a registration is not adopted',
    quote: 'Registration makes the account and its first session.',
    async run(context) {
      const proposed = '11111111-1111-4111-8111-111111111111';
      const fields = { email: context.freshName('rest'), password, ...proposalOf(proposed).fields };
      const answer = await context.register('rest', fields, proposalOf(proposed).headers);
      if (answer.status === 403) throw new Inconclusive('The server registers no accounts (403)');
      expectNotAdopted(protocol, answer, proposed);
      await expectEnded(context, 'rest', proposed, answer);
    },
  }),
  must({
    id: 'rest.register.taken',
    title: 'an address that is taken is refused with 409',
    quote: taken,
    run: async (context) => expectStatus(await again(context), 409),
  }),
  reading('G7', {
    id: 'rest.register.taken.reason',
    title: 'the 409 is a problem with the reason "Email already registered", and sets no cookie',
    quote: taken,
    async run(context) {
      const answer = await again(context);
      expectRefusedWith(protocol, answer, 409, false);
      expectText(answer, 'title', 'Conflict');
      expectText(answer, 'detail', 'Email already registered');
      expectNoCookie(answer);
    },
  }),
  reading('G3', {
    id: 'rest.register.taken.case',
    title: 'addresses that differ in case only are one address',
    quote: 'It is stored as typed and compared without regard to the case of ASCII letters.',
    async run(context) {
      const { email } = await registered(context);
      expectStatus(await context.register('rest', { email: email.toUpperCase(), password }), 409);
    },
  }),
  reading('G3', {
    id: 'rest.register.taken.keeps',
    title: 'a registration under a taken address does not change the password',
    quote: taken,
    async run(context) {
      const { email } = await registered(context);
      expectStatus(await context.register('rest', { email, password: 'another strong one' }), 409);
      expectLogin(protocol, await context.login('rest', { name: email, password }));
    },
  }),
  refused(
    'email',
    'a text that is no address is refused with 422',
    '| 422 | `Invalid email` | Registration with a text that is not a plain e-mail address. |',
    'Invalid email',
    () => ({ email: 'two words@example.com', password }),
    [
      'The address must be plain ASCII: at most 254 characters, at most 64 before the `@`, no quotes, and after it a host name.',
    ],
  ),
  refused(
    'email-length',
    'an address with 65 characters before the @ is refused with 422',
    'The address must be plain ASCII: at most 254 characters, at most 64 before the `@`, no quotes, and after it a host name.',
    'Invalid email',
    () => ({ email: `${'a'.repeat(65)}@example.com`, password }),
  ),
  reading('G4', {
    id: 'rest.register.password-short',
    title: 'a password of seven characters is refused with 422',
    quote:
      '| 422 | `Password must have at least 8 characters` | The number follows [`GATEHOUSE_PASSWORD_MIN_LENGTH`](../settings.md). |',
    async run(context) {
      await registered(context);
      const answer = await context.register('rest', {
        email: context.freshName('rest'),
        password: 'qxvjkzw',
      });
      expectRefusedWith(protocol, answer, 422, false);
      expectNoCookie(answer);
      // The number is the operator's.
      expectMatch(
        answer,
        'detail',
        /^Password must have at least \d+ characters$/,
        '"Password must have at least 8 characters"',
      );
    },
  }),
  refused(
    'password-long',
    'a password of 257 characters is refused with 422',
    '| 422 | `Password must have at most 256 characters and 1024 bytes of UTF-8` | One of the two limits is exceeded. |',
    'Password must have at most 256 characters and 1024 bytes of UTF-8',
    (context) => ({ email: context.freshName('rest'), password: `${'qx7 '.repeat(64)}q` }),
  ),
  refused(
    'password-common',
    'a password that everyone uses is refused with 422',
    '| 422 | `Password is too common` | It is on the offline list, in upper or lower case. |',
    'Password is too common',
    (context) => ({ email: context.freshName('rest'), password: 'Password1' }),
  ),
  reading('G4', {
    id: 'rest.register.password-name',
    title: 'a password that is the address is refused with 422',
    quote:
      '| 422 | `Password must differ from the name of the account` | It is the address, in upper or lower case. |',
    async run(context) {
      await registered(context);
      const email = context.freshName('rest');
      const answer = await context.register('rest', { email, password: email.toUpperCase() });
      expectRefusedWith(protocol, answer, 422, false);
      expectNoCookie(answer);
      expectText(answer, 'detail', 'Password must differ from the name of the account');
    },
  }),
];
