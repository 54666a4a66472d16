/** Cases of requests at the same time, on every contract: exactly one of them gets what only one can have. */

import { type Case, type CaseText, casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { expectRefusedWith, expectStatus, expectText, isSuccess, sessionIdOf } from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { type ContractName, Failure, Inconclusive } from '../../verdicts.ts';

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
    begins: 'Each login begins a new session and does not end the others.',
    taken: '| 409 | `User already exists` | The name is taken.',
  },
};
/** Where all logouts succeed, more of them show no more. */
const logouts = { envelope: 20, rest: 4, dotjson: 20 };

/** The answers to requests that were sent at the same time. Those that a busy server refused are left out. */
async function answersTo(requests: readonly Promise<Answer>[]): Promise<Answer[]> {
  const settled = await Promise.allSettled(requests);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed && !(failed.reason instanceof Inconclusive)) throw failed.reason;
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed && answers.length < requests.length / 2) throw failed.reason;
  return answers;
}

export function concurrencyCases(contract: ContractName, contracts: readonly ContractName[]): Case[] {
  const protocol = protocols[contract];
  const quote = quotes[contract];
  const { must, reading } = casesOf(contract);
  // Only `dotjson` leaves open whether a login may reuse a session.
  const begins = contract === 'dotjson' ? (text: CaseText) => reading('R5', text) : must;
  const cases = [
    begins({
      id: `${contract}.concurrent.logins`,
      title: 'logins at the same time begin a session each',
      quote: quote.begins,
      async run(context: Context) {
        const account = await context.account(contract);
        const answers = await answersTo(Array.from({ length: 2 }, () => context.login(contract, account)));
        const ids = answers.map((answer) => sessionIdOf(protocol, answer)).filter((id) => id !== undefined);
        const [first] = answers;
        if (first && new Set(ids).size !== ids.length)
          throw new Failure('an id of its own for each', 'one id twice', first);
        if (first && ids.length !== answers.length)
          throw new Failure(`${answers.length} logins`, `${ids.length}`, first);
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
        const answers = await answersTo(
          Array.from({ length: logouts[contract] }, () => context.logout(contract, id)),
        );
        const refused = answers.filter((answer) => !isSuccess(answer));
        const ended = answers.length - refused.length;
        const wanted = contract === 'rest' ? answers.length : 1;
        const [first] = answers;
        if (first && ended !== wanted)
          throw new Failure(`${wanted} successes`, `${ended} of ${answers.length}`, refused[0] ?? first);
        for (const answer of refused)
          expectRefusedWith(protocol, answer, contract === 'envelope' ? 404 : 401, context.options.statusOk);
      },
    }),
  ];
  if (contract === 'envelope') return cases;
  const { taken } = quotes[contract];
  // With `dotjson` in the same run, twenty more would be too many attempts.
  const count = contract === 'rest' && contracts.includes('dotjson') ? 8 : 20;
  return [
    ...cases,
    must({
      id: `${contract}.concurrent.registrations`,
      title: 'of many registrations of one name at once exactly one succeeds',
      quote: taken,
      async run(context) {
        const fields = { [protocol.nameField]: context.freshName(contract), password: 'strongpassword' };
        const answers = await answersTo(
          Array.from({ length: count }, () => context.register(contract, fields)),
        );
        const refused = answers.filter((answer) => !isSuccess(answer));
        const made = answers.length - refused.length;
        const [first] = answers;
        if (!first) throw new Inconclusive('The server was too busy for any of them');
        if (first.status === 403) throw new Inconclusive('The server registers no accounts (403)');
        // The one that succeeded may be among those that a busy server did not answer.
        if (made > 1 || (made === 0 && answers.length === count))
          throw new Failure('one success', `${made} of ${answers.length}`, first);
        for (const answer of refused) {
          if (contract === 'rest') expectStatus(answer, 409);
          else expectText(answer, 'error', 'User already exists');
        }
      },
    }),
  ];
}
