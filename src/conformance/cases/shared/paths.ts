/** Cases of paths and methods, on every contract: they match exactly, and what is no route is refused in the error body of the contract. */

import { type Case, casesOf } from '../../case.ts';
import { expectAllow, expectNoLogin, expectRefusedWith, expectText } from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import type { ContractName } from '../../verdicts.ts';
import { wrongMethod } from './refusals.ts';

const notFound = '| 404 | `Not found` | No route has this path. |';
const notAllowed = '| 405 | `Method not allowed` | The path has no such method. `Allow` names its methods. |';
const bodies = {
  envelope:
    'The body is `{ "request", "error" }`, on every path that is `/api/auth` or begins with `/api/auth/`.',
  rest: 'They are used on every path that is `/auth` or begins with `/auth/`.',
  dotjson:
    'The body is `{ "error" }`, on the three paths, on all paths below them, and on any other path of one segment that ends in `.json` and is not a route of another contract.',
};

export function pathCases(contract: ContractName): Case[] {
  const protocol = protocols[contract];
  const { reading } = casesOf(contract);
  const { loginPath } = protocol;

  /** A spelling of the path of the login that is another path. */
  const other = (id: string, title: string, path: string) =>
    reading('G11', {
      id: `${contract}.path.${id}`,
      title,
      quote: notFound,
      async run(context) {
        const answer = await context.login(contract, await context.account(contract), { path });
        expectNoLogin(protocol, answer);
        // Such a path may belong to no contract: then its status is that of HTTP in either mode.
        if (answer.status !== 404) expectRefusedWith(protocol, answer, 404, context.options.statusOk);
      },
    });

  return [
    reading('G7', {
      id: `${contract}.path.unknown`,
      title: 'an unknown path is answered with 404, in the error body of the contract',
      quote: notFound,
      also: [bodies[contract]],
      async run(context) {
        const answer = await context.post(protocol.strayPath, {});
        expectRefusedWith(protocol, answer, 404, context.options.statusOk);
        expectText(answer, protocol.errorField, 'Not found');
      },
    }),
    other('slash', 'a slash after a path makes it another path', `${loginPath}/`),
    other('case', 'paths differ in case', loginPath.replace('login', 'LOGIN')),
    other('encoded', 'an encoded letter makes it another path', loginPath.replace('login', '%6cogin')),
    other('double', 'a double slash makes it another path', `/${loginPath}`),
    reading('G8', {
      id: `${contract}.method.get`,
      title: 'a GET of the login is refused with 405, and Allow names POST',
      quote: notAllowed,
      async run(context) {
        const answer = await wrongMethod(context, protocol);
        expectRefusedWith(protocol, answer, 405, context.options.statusOk);
        expectText(answer, protocol.errorField, 'Method not allowed');
        expectAllow(answer);
      },
    }),
    reading('G8', {
      id: `${contract}.method.delete`,
      title: 'a DELETE of the logout is refused with 405',
      quote: notAllowed,
      async run(context) {
        const answer = await context.send({ method: 'DELETE', path: protocol.logoutPath });
        expectRefusedWith(protocol, answer, 405, context.options.statusOk);
        expectAllow(answer);
      },
    }),
  ];
}
