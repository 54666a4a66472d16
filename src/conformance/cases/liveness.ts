/** Expectations of whether a session is alive: an ended one must not be, and another must stay. */

import type { Answer } from '../client/exchange.ts';
import type { Context } from '../context.ts';
import { type ContractName, Failure } from '../verdicts.ts';

/** The session is alive after the answer. One of `envelope` or `dotjson` ends when it is looked at. */
export async function expectAlive(context: Context, contract: ContractName, id: string, after: Answer) {
  if (!(await context.isAlive(contract, id)))
    throw new Failure('the session to be alive after this request', 'it has ended', after);
}

/** The session is dead after the answer. */
export async function expectEnded(context: Context, contract: ContractName, id: string, after: Answer) {
  if (await context.isAlive(contract, id))
    throw new Failure('the session to be dead after this request', 'it is alive', after);
}
