/** Hostile input on every contract: it is refused like any other, and gives nothing away. */

import { type Case, casesOf } from '../../case.ts';
import { bodyOf, expectNoCookie, expectRefusedWith, expectText, fieldsOf } from '../../expectations.ts';
import { Broken, type ContractName } from '../../verdicts.ts';
import { wires } from '../../wire.ts';

const quotes = {
  envelope: 'The name is unknown or the password is wrong. |',
  rest: 'The address is unknown or the password is wrong. |',
  dotjson: '| 401 | `Invalid password` | Login with a wrong password. |',
};
const objectRow = '| 400 | `The body must be one JSON object in UTF-8` |';

export function hostileCases(contract: ContractName): Case[] {
  const wire = wires[contract];
  const { must, reading } = casesOf({ contract });
  const quote = quotes[contract];
  return [
    must({
      id: `${contract}.hostile.trimmed`,
      title: 'a password with a space behind it is another password',
      quote,
      attempts: 1,
      async run(context) {
        const { name, password } = await context.person(contract);
        const answer = await context.login(contract, { name, password: `${password} ` });
        if (fieldsOf(answer)?.[wire.idField] !== undefined) throw new Broken('a refusal', 'a login', answer);
      },
    }),
    must({
      id: `${contract}.hostile.prefix`,
      title: 'a password is never cut: 100 characters more make it another one',
      quote,
      attempts: 1,
      async run(context) {
        const { name, password } = await context.person(contract);
        const answer = await context.login(contract, {
          name,
          password: password.padEnd(password.length + 100, 'x'),
        });
        if (fieldsOf(answer)?.[wire.idField] !== undefined) throw new Broken('a refusal', 'a login', answer);
      },
    }),
    reading('G10', {
      id: `${contract}.hostile.names`,
      title: 'names with quotes, U+0000, markup or ten thousand characters are refused like any other name',
      quote,
      attempts: 2,
      async run(context) {
        for (const name of [`' OR '1'='1' --\u0000<script>`, 'n'.repeat(10_000)]) {
          const answer = await context.login(contract, { name, password: 'not the right one' });
          expectRefusedWith(wire, answer, 401, context.options.statusOk);
          // A server of `dotjson` that hides which names exist has one sentence for both.
          const sentence = fieldsOf(answer)?.[wire.errorField];
          if (sentence !== wire.wrongPassword) expectText(answer, wire.errorField, wire.unknownName);
          expectNoCookie(answer);
        }
      },
    }),
    reading('G10', {
      id: `${contract}.hostile.nested`,
      title:
        'a body of six thousand brackets, and one with __proto__, are refused without an error of the server',
      quote: objectRow,
      async run(context) {
        const bodies = ['['.repeat(6000), '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'];
        for (const body of bodies) {
          const answer = await context.send({
            method: 'POST',
            path: wire.loginPath,
            headers: { 'Content-Type': 'application/json' },
            body,
          });
          if (answer.status >= 500)
            throw new Broken('a refusal', `status ${answer.status} with ${bodyOf(answer)}`, answer);
          if (/\n\s+at .*:\d+|node_modules|Traceback|SQLSTATE/.test(answer.text))
            throw new Broken('a refusal without a word about the program', bodyOf(answer), answer);
        }
      },
    }),
  ];
}
