/** Cases of hostile input, on every contract: it is refused like other wrong input, and the refusal gives nothing away. */

import { type Case, casesOf } from '../../case.ts';
import {
  bodyOf,
  expectNoCookie,
  expectRefusal,
  expectRefusedWith,
  expectText,
  fieldsOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { type ContractName, Failure } from '../../verdicts.ts';

const quotes = {
  envelope: 'The name is unknown or the password is wrong. |',
  rest: 'The address is unknown or the password is wrong. |',
  dotjson: '| 401 | `Invalid password` | Login with a wrong password. |',
};
const objectRow = '| 400 | `The body must be one JSON object in UTF-8` |';

export function hostileCases(contract: ContractName): Case[] {
  const protocol = protocols[contract];
  const { must, reading } = casesOf(contract);
  const quote = quotes[contract];
  return [
    must({
      id: `${contract}.hostile.trimmed`,
      title: 'a password with a space after it is another password',
      quote,
      async run(context) {
        const { name, password } = await context.account(contract);
        expectRefusal(protocol, await context.login(contract, { name, password: `${password} ` }));
      },
    }),
    must({
      id: `${contract}.hostile.prefix`,
      title: 'a password with 100 more characters is another password: it is not truncated',
      quote,
      async run(context) {
        const { name, password } = await context.account(contract);
        const longer = password.padEnd(password.length + 100, 'x');
        expectRefusal(protocol, await context.login(contract, { name, password: longer }));
      },
    }),
    reading('G10', {
      id: `${contract}.hostile.names`,
      title: 'names with quotes, U+0000, markup or ten thousand characters are refused like any other name',
      quote,
      async run(context) {
        for (const name of [`' OR '1'='1' --\u0000<script>`, 'n'.repeat(10_000)]) {
          const answer = await context.login(contract, { name, password: 'not the right one' });
          expectRefusedWith(protocol, answer, 401, context.options.statusOk);
          // A server of `dotjson` that hides which names exist has one sentence for both.
          const sentence = fieldsOf(answer)?.[protocol.errorField];
          if (sentence !== protocol.wrongPassword)
            expectText(answer, protocol.errorField, protocol.unknownName);
          expectNoCookie(answer);
        }
      },
    }),
    reading('G10', {
      id: `${contract}.hostile.nested`,
      title:
        'a body of six thousand brackets, and one with __proto__, are refused with 400 and no stack trace',
      quote: objectRow,
      async run(context) {
        const bodies = ['['.repeat(6000), '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'];
        for (const body of bodies) {
          const headers = { 'Content-Type': 'application/json' };
          const answer = await context.send({ method: 'POST', path: protocol.loginPath, headers, body });
          expectRefusedWith(protocol, answer, 400, context.options.statusOk);
          if (/\n\s+at .*:\d+|node_modules|Traceback|SQLSTATE/.test(answer.text))
            throw new Failure(
              'a refusal without a stack trace or an error of the database',
              bodyOf(answer),
              answer,
            );
        }
      },
    }),
  ];
}
