/** Session ids on every contract: their form, that they are chance, that no client chooses one, and where they are valid. */

import { type Case, casesOf } from '../../case.ts';
import { type Context, isEnded } from '../../context.ts';
import { expectMatch, fieldsOf } from '../../expectations.ts';
import type { ContractName } from '../../verdicts.ts';
import { Broken } from '../../verdicts.ts';
import { wires } from '../../wire.ts';
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
    begins: 'The session id: 26 characters of `a` to `z` and `0` to `9`.',
    elsewhere: 'The session travels in `?s=`, or in the same cookie as in [`rest`](rest.md#the-cookie).',
  },
};

export function idCases(contract: ContractName, contracts: readonly ContractName[]): Case[] {
  const wire = wires[contract];
  const quote = quotes[contract];
  const { must, reading } = casesOf({ contract });
  const others = contracts.filter((other) => other !== contract);
  return [
    reading('G6', {
      id: `${contract}.id.shape`,
      title: `a session id is ${wire.idWords}`,
      quote: quote.shape,
      run: async (context) =>
        expectMatch(await context.loggedIn(contract), wire.idField, wire.idPattern, wire.idWords),
    }),
    reading('G6', {
      id: `${contract}.id.chance`,
      title: 'session ids share no beginning and no end: they are not counted up or made from the time',
      quote: quote.shape,
      async run(context) {
        const a = String(fieldsOf(await context.loggedIn(contract))?.[wire.idField]);
        const b = (await context.idsOfLogins(contract)).find((id) => id !== a) ?? a;
        if (a.slice(0, 6) === b.slice(0, 6) || a.slice(-6) === b.slice(-6))
          throw new Broken('two ids that share nothing', `${a} and ${b}`, await context.loggedIn(contract));
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
        expectNotAdopted(wire, answer, proposed);
        if (await isLive(context, contract, proposed))
          throw new Broken('no session with the id that the client sent', 'a live one', answer);
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
        if (fieldsOf(answer)?.[wire.idField] === dead)
          throw new Broken('a new id', 'the id of the dead session', answer);
        if (await isLive(context, contract, dead))
          throw new Broken('the dead session to stay dead', 'it is alive again', answer);
      },
    }),
    ...others.map((other) =>
      reading('G1', {
        id: `${contract}.id.of-${other}`,
        title: `a session of ${other} can be ended here`,
        quote: quote.elsewhere,
        async run(context) {
          const id = await context.session(other);
          const answer = await context.logout(contract, id);
          if (await isLive(context, other, id))
            throw new Broken(`the session of ${other} to end`, 'it is alive', answer);
        },
      }),
    ),
  ];
}

/** A login with an id in every place that one could be read from. */
async function propose(context: Context, contract: ContractName, id: string) {
  const { query, fields, headers } = proposalOf(id);
  const path = wires[contract].loginPath + query;
  return context.login(contract, await context.person(contract), { path, fields, headers });
}

/** Whether a session is alive. A logout of `envelope` and `dotjson` tells, and ends it; that of `rest` does not. */
async function isLive(context: Context, contract: ContractName, id: string): Promise<boolean> {
  return contract === 'rest' ? context.isAlive(id) : isEnded(await context.logout(contract, id));
}
