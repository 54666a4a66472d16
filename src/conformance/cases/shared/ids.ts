/** Cases of session ids, on every contract: their form, that they are random, that no client chooses one, and where they are valid. */

import { type Case, casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import { expectMatch, sessionIdOf } from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import type { ContractName } from '../../verdicts.ts';
import { Failure } from '../../verdicts.ts';
import { expectAlive, expectEnded } from '../liveness.ts';
import { expectNotAdopted, proposalOf } from '../proposals.ts';

const quotes = {
  envelope: {
    shape: 'The session id: 26 characters of `a` to `z` and `0` to `9`. Every holder of the id is logged in.',
    begins: 'Each login begins a new session. Earlier sessions continue.',
    elsewhere: 'A session of any contract can be ended here.',
  },
  rest: {
    shape:
      '`session_id` is a version 4 UUID. It has the same value as the cookie, for clients that keep no cookies.',
    begins: 'Each login begins a new session and does not end the others.',
    elsewhere: 'Logout ends every session id that is presented',
  },
  dotjson: {
    shape: 'The session id: 26 characters of `a` to `z` and `0` to `9`.',
    begins: 'Each login begins a new session and does not end the others.',
    elsewhere: 'The session travels in `?s=`, or in the same cookie as in [`rest`](rest.md#the-cookie).',
  },
};

export function idCases(contract: ContractName, contracts: readonly ContractName[]): Case[] {
  const protocol = protocols[contract];
  const quote = quotes[contract];
  const { must, reading } = casesOf(contract);
  const others = contracts.filter((other) => other !== contract);
  return [
    reading('G6', {
      id: `${contract}.id.shape`,
      title: `a session id is ${protocol.idWords}`,
      quote: quote.shape,
      async run(context) {
        await context.loggedIn(contract);
        for (const { answer } of context.begun.filter((login) => login.contract === contract))
          expectMatch(answer, protocol.idField, protocol.idPattern, protocol.idWords);
      },
    }),
    reading('G6', {
      id: `${contract}.id.random`,
      title: 'session ids are random: two of them share no beginning and no end',
      quote: quote.shape,
      async run(context) {
        const [a = '', b = ''] = await context.idsOfLogins(contract);
        if (a.slice(0, 6) === b.slice(0, 6) || a.slice(-6) === b.slice(-6))
          throw new Failure('two ids that share nothing', `${a} and ${b}`, await context.loggedIn(contract));
      },
    }),
    reading('G6', {
      id: `${contract}.id.adopted`,
      title: 'an id that the client proposes at a login is not adopted',
      quote: quote.begins,
      async run(context) {
        const proposed =
          contract === 'rest' ? '11111111-1111-4111-8111-111111111111' : 'abcdefghijklmnopqrstuvwxyz';
        const answer = await propose(context, contract, proposed);
        expectNotAdopted(protocol, answer, proposed);
        await expectEnded(context, contract, proposed, answer);
        await expectAlive(context, contract, sessionIdOf(protocol, answer) ?? '', answer);
      },
    }),
    must({
      id: `${contract}.id.revived`,
      title: 'a login that presents a dead session does not revive it',
      quote: quote.begins,
      async run(context) {
        const dead = await context.session(contract);
        await context.logout(contract, dead);
        const answer = await propose(context, contract, dead);
        if (sessionIdOf(protocol, answer) === dead)
          throw new Failure('a new id', 'the id of the dead session', answer);
        await expectEnded(context, contract, dead, answer);
      },
    }),
    ...others.map((other) =>
      reading('G1', {
        id: `${contract}.id.of-${other}`,
        title: `a logout through ${contract} ends a session of ${other}`,
        quote: quote.elsewhere,
        async run(context) {
          const id = await context.session(other);
          await expectEnded(context, other, id, await context.logout(contract, id));
        },
      }),
    ),
  ];
}

/** A login with an id in every place that one could be read from. */
async function propose(context: Context, contract: ContractName, id: string) {
  const { query, fields, headers } = proposalOf(id);
  const path = protocols[contract].loginPath + query;
  return context.login(contract, await context.account(contract), { path, fields, headers });
}
