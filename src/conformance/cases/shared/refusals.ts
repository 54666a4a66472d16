/** Cases of media types and headers, on every contract, of answers of both kinds. */

import { type Case, casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { bodyOf, expectHeader, header } from '../../expectations.ts';
import { type Protocol, protocols } from '../../protocol.ts';
import { type ContractName, Failure } from '../../verdicts.ts';

const bodies = {
  envelope:
    'The body is `{ "request", "error" }`, on every path that is `/api/auth` or begins with `/api/auth/`.',
  rest: 'The body is `{ "type", "title", "status", "detail" }` with `Content-Type: application/problem+json`.',
  dotjson: 'The body is `{ "error" }`, on the three paths',
};
const logins = {
  envelope: '200 `{ "request", "user", "session", "message" }` |',
  rest: '| `POST /auth/login` | `{ "email", "password" }` | 200 `{ "session_id" }` and the cookie |',
  dotjson: '200 `{ "id", "username", "created" }` and the [two cookies of `rest`](rest.md#the-cookie) |',
};

/** Refusals that several cases look at: of a body without a field, and of a method that is not there. */
export const missingField = (context: Context, protocol: Protocol) =>
  context.once(`login of ${protocol.contract} without a field`, () => context.post(protocol.loginPath, {}));
export const wrongMethod = (context: Context, protocol: Protocol) =>
  context.once(`GET of a login of ${protocol.contract}`, () => context.send({ path: protocol.loginPath }));

/** A login with a wrong password, and one with a name that no account has: each is sent once. */
export const wrongPassword = (context: Context, { contract }: Protocol) =>
  context.once(`login of ${contract} with a wrong password`, async () => {
    const { name } = await context.account(contract);
    return context.login(contract, { name, password: 'not the right one' });
  });
export const unknownName = (context: Context, { contract }: Protocol) =>
  context.once(`login of ${contract} with an unknown name`, () =>
    context.login(contract, { name: context.freshName(contract), password: 'not the right one' }),
  );

const refusals = async (context: Context, protocol: Protocol): Promise<Answer[]> => [
  await missingField(context, protocol),
  await wrongMethod(context, protocol),
];

export function refusalCases(contract: ContractName): Case[] {
  const protocol = protocols[contract];
  const { reading } = casesOf(contract);
  const quote = bodies[contract];
  return [
    reading('G7', {
      id: `${contract}.answer.type`,
      title: 'the answer of a login is application/json',
      quote: logins[contract],
      async run(context) {
        expectHeader(
          await context.loggedIn(contract),
          'Content-Type',
          /^application\/json(?:$|;)/i,
          'application/json',
        );
      },
    }),
    reading('G7', {
      id: `${contract}.refusal.type`,
      title: `a refusal is ${protocol.errorType}, also for a method that is not there, and never a page`,
      quote,
      async run(context) {
        for (const answer of await refusals(context, protocol)) {
          const type = header(answer, 'Content-Type')?.split(';')[0]?.trim().toLowerCase();
          if (type !== protocol.errorType)
            throw new Failure(`a body of type ${protocol.errorType}`, bodyOf(answer), answer);
        }
      },
    }),
    reading('G12', {
      id: `${contract}.headers.no-store`,
      title: 'no answer may be stored: Cache-Control: no-store',
      quote: logins[contract],
      async run(context) {
        for (const answer of [await context.loggedIn(contract), ...(await refusals(context, protocol))])
          expectHeader(answer, 'Cache-Control', /\bno-store\b/, 'no-store');
      },
    }),
    reading('G12', {
      id: `${contract}.headers.nosniff`,
      title: 'no browser may guess a media type: X-Content-Type-Options: nosniff',
      quote,
      async run(context) {
        for (const answer of [await context.loggedIn(contract), ...(await refusals(context, protocol))])
          expectHeader(answer, 'X-Content-Type-Options', /^nosniff$/i, 'nosniff');
      },
    }),
    reading('G12', {
      id: `${contract}.headers.program`,
      title: 'no header names the program',
      quote,
      async run(context) {
        for (const answer of [await context.loggedIn(contract), ...(await refusals(context, protocol))]) {
          // A proxy in front names itself: that is not this server's.
          const named = header(answer, 'X-Powered-By');
          if (named !== undefined) throw new Failure('no X-Powered-By', named, answer);
        }
      },
    }),
  ];
}
