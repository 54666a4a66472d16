/** Many requests at once on every contract: exactly one of them gets what only one can have. */

import { type Case, casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { fieldsOf } from '../../expectations.ts';
import { Broken, type ContractName, Inconclusive } from '../../verdicts.ts';
import { wires } from '../../wire.ts';

const quotes = {
  envelope: {
    ends: '| 404 | `Session not found` | Logout of a session that is not live. |',
    begins: 'Each login begins a new session. Earlier sessions continue.',
  },
  rest: {
    ends: 'A logout without a session is a success.',
    begins: 'Each login begins a new session and does not end the others.',
    taken: '| 409 | `Email already registered` | The address is taken.',
  },
  dotjson: {
    ends: '| 401 | `No session` | Logout without a live session. |',
    begins: 'The session id: 26 characters of `a` to `z` and `0` to `9`.',
    taken: '| 409 | `User already exists` | The name is taken.',
  },
};
/** Logouts that all succeed tell less. */
const logouts = { envelope: 20, rest: 4, dotjson: 20 };
/** Registrations are what a throttle counts: with both contracts, so many fit into one run. */
const registrations = { rest: 8, dotjson: 20 };

/** All of these at once; what a busy server did not answer says nothing. */
async function together(requests: readonly Promise<Answer>[]): Promise<Answer[]> {
  const settled = await Promise.allSettled(requests);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed && !(failed.reason instanceof Inconclusive)) throw failed.reason;
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed && answers.length < requests.length / 2) throw failed.reason;
  return answers;
}

const isSuccess = (answer: Answer) => answer.status < 300 && fieldsOf(answer)?.['error'] === undefined;

export function concurrencyCases(contract: ContractName): Case[] {
  const wire = wires[contract];
  const quote = quotes[contract];
  const { must, reading } = casesOf({ contract });
  const cases = [
    must({
      id: `${contract}.concurrent.logins`,
      title: 'logins at the same time begin a session each',
      quote: quote.begins,
      async run(context: Context) {
        const person = await context.person(contract);
        const answers = await together(Array.from({ length: 2 }, () => context.login(contract, person)));
        const ids = answers
          .map((answer) => fieldsOf(answer)?.[wire.idField])
          .filter((id) => id !== undefined);
        const [first] = answers;
        if (first && new Set(ids).size !== ids.length)
          throw new Broken('an id of its own for each', 'one id twice', first);
        if (first && ids.length !== answers.length)
          throw new Broken(`${answers.length} logins`, `${ids.length}`, first);
      },
    }),
    reading(contract === 'envelope' ? 'E3' : contract === 'rest' ? 'R4' : 'D3', {
      id: `${contract}.concurrent.logouts`,
      title:
        contract === 'rest'
          ? 'logouts of one session at once all succeed'
          : 'of twenty logouts of one session at once exactly one succeeds',
      quote: quote.ends,
      async run(context: Context) {
        const id = await context.session(contract);
        const answers = await together(
          Array.from({ length: logouts[contract] }, () => context.logout(contract, id)),
        );
        const ended = answers.filter(isSuccess).length;
        const wanted = contract === 'rest' ? answers.length : 1;
        const [first] = answers;
        if (first && ended !== wanted)
          throw new Broken(`${wanted} successes`, `${ended} of ${answers.length}`, first);
      },
    }),
  ];
  if (contract === 'envelope') return cases;
  const { taken } = quotes[contract];
  const count = registrations[contract];
  return [
    ...cases,
    must({
      id: `${contract}.concurrent.registrations`,
      title: `of ${count} registrations of one name at once exactly one succeeds`,
      quote: taken,
      attempts: count,
      async run(context) {
        const fields = { [wire.nameField]: context.freshName(contract), password: 'strongpassword' };
        const answers = await together(
          Array.from({ length: count }, () => context.register(contract, fields)),
        );
        const made = answers.filter(isSuccess).length;
        const [first] = answers;
        if (!first) throw new Inconclusive('The server was too busy for any of them');
        if (first.status === 403) throw new Inconclusive('The server registers no accounts (403)');
        // The one that succeeded may be among those that a busy server did not answer.
        if (made > 1 || (made === 0 && answers.length === count))
          throw new Broken('one success', `${made} of ${answers.length}`, first);
      },
    }),
  ];
}
