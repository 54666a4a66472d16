/** Paths and methods on every contract: they match exactly, and what is no route is refused in the words of the contract. */

import { type Case, casesOf } from '../../case.ts';
import { expectHeader, expectRefusedWith, expectText, fieldsOf } from '../../expectations.ts';
import { Broken, type ContractName } from '../../verdicts.ts';
import { wires } from '../../wire.ts';
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
  const wire = wires[contract];
  const { reading } = casesOf({ contract });
  const { loginPath } = wire;

  /** A spelling of the path of the login that is another path. */
  const other = (id: string, title: string, path: string) =>
    reading('G11', {
      id: `${contract}.path.${id}`,
      title,
      quote: notFound,
      attempts: 1,
      async run(context) {
        const answer = await context.login(contract, await context.person(contract), { path });
        if (fieldsOf(answer)?.[wire.idField] !== undefined)
          throw new Broken('404, since this is another path', 'a login', answer);
        // Such a path may belong to no contract: then its status is that of HTTP in either mode.
        if (answer.status !== 404) expectRefusedWith(wire, answer, 404, context.options.statusOk);
      },
    });

  return [
    reading('G7', {
      id: `${contract}.path.unknown`,
      title: 'a path that leads nowhere is answered with 404, in the error body of the contract',
      quote: notFound,
      also: [bodies[contract]],
      async run(context) {
        const answer = await context.post(wire.strayPath, {});
        expectRefusedWith(wire, answer, 404, context.options.statusOk);
        expectText(answer, wire.errorField, 'Not found');
      },
    }),
    other('slash', 'a slash behind a path makes it another path', `${loginPath}/`),
    other('case', 'paths differ in case', loginPath.replace('login', 'LOGIN')),
    other('encoded', 'an encoded letter makes it another path', loginPath.replace('login', '%6cogin')),
    other('double', 'a double slash makes it another path', `/${loginPath}`),
    reading('G8', {
      id: `${contract}.method.get`,
      title: 'a GET of the login is refused with 405, and Allow names POST',
      quote: notAllowed,
      async run(context) {
        const answer = await wrongMethod(context, wire);
        expectRefusedWith(wire, answer, 405, context.options.statusOk);
        expectText(answer, wire.errorField, 'Method not allowed');
        expectHeader(answer, 'Allow', /\bPOST\b/, 'with POST in it');
      },
    }),
    reading('G8', {
      id: `${contract}.method.delete`,
      title: 'a DELETE of the logout is refused with 405',
      quote: notAllowed,
      async run(context) {
        const answer = await context.send({ method: 'DELETE', path: wire.logoutPath });
        expectRefusedWith(wire, answer, 405, context.options.statusOk);
      },
    }),
  ];
}
