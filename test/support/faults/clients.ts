/** What clients ask of the nodes; every operation goes into the record, with its start, its end and what came of it. */

import type { Told } from '../agent.ts';
import type { Owner } from '../ledger.ts';
import { within } from '../process.ts';
import type { Node } from './fleet.ts';
import { type Contract, type Kind, type Operation, outcomeOf } from './operation.ts';

/** No client waits longer for an answer. */
const patienceMs = 30_000;

/** A session as its owner knows it. */
export interface Holding {
  readonly id: string;
  readonly contract: Contract;
}

/** All people of this process, so that names are never used twice. */
let people = 0;

export class Clients {
  readonly record: Operation[] = [];
  readonly people: Owner[] = [];

  /** A new person, with a network of their own. */
  person(): Owner {
    people += 1;
    const number = people;
    const contract = number % 2 === 0 ? 'rest' : 'dotjson';
    const name = contract === 'rest' ? `person${number}@example.com` : `person${number}`;
    const owner: Owner = { contract, name, password: `the password of ${name}` };
    this.people.push(owner);
    return owner;
  }

  register(node: Node, owner: Owner): Promise<Operation> {
    const { contract, name, password } = owner;
    const asked = () =>
      contract === 'rest'
        ? node.client.post('/auth/register', { email: name, password }, from(name))
        : node.client.post('/register.json', { username: name, password }, from(name));
    const begun = ({ session_id }: Told['json']) => (contract === 'rest' ? String(session_id) : undefined);
    return this.#ask('register', node, asked, { contract, name }, begun);
  }

  login(node: Node, owner: Owner): Promise<Operation> {
    const { contract, name, password } = owner;
    const asked = () =>
      contract === 'rest'
        ? node.client.post('/auth/login', { email: name, password }, from(name))
        : node.client.post('/login.json', { username: name, password }, from(name));
    const begun = (json: Told['json']) => String(contract === 'rest' ? json['session_id'] : json['id']);
    return this.#ask('login', node, asked, { contract, name }, begun);
  }

  check(node: Node, { id, contract }: Holding): Promise<Operation> {
    const asked = () => node.client.get('/auth/session', { 'x-session-id': id });
    return this.#ask('check', node, asked, { contract, session: id });
  }

  logout(node: Node, { id, contract }: Holding): Promise<Operation> {
    const asked = () =>
      contract === 'rest'
        ? node.client.post('/auth/logout', {}, { 'x-session-id': id })
        : node.client.post(`/logout.json?s=${id}`, {});
    return this.#ask('logout', node, asked, { contract, session: id });
  }

  health(node: Node): Promise<Operation> {
    return this.#ask('health', node, () => node.client.get('/healthz'), { contract: 'rest' });
  }

  async #ask(
    kind: Kind,
    { number }: Node,
    asked: () => Promise<Told>,
    { contract, ...about }: { contract: Contract; name?: string; session?: string },
    begun?: (json: Told['json']) => string | undefined,
  ): Promise<Operation> {
    const startedAt = performance.now();
    const noted = (what: Pick<Operation, 'outcome' | 'said' | 'session' | 'broke'>): Operation => {
      const operation = { kind, node: number, startedAt, endedAt: performance.now(), ...about, ...what };
      this.record.push(operation);
      return operation;
    };
    try {
      const told = await within(patienceMs, asked(), 'an answer');
      const outcome = outcomeOf(kind, contract, told);
      const said = `${told.status}${told.retryAfter === undefined ? '' : ` after ${told.retryAfter}`}`;
      const session = outcome === 'done' && begun ? begun(told.json) : undefined;
      return noted({ outcome, said, ...(session && { session }) });
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      // Node.js says `aborted` once an answer has begun.
      const isReset = /^(?:ECONNRESET|EPIPE)$/.test(code) && message !== 'aborted';
      const broke = code === 'ECONNREFUSED' ? 'unconnected' : isReset ? 'reset' : 'late';
      return noted({ outcome: 'unanswered', said: code || message, broke });
    }
  }
}

/** The header of a proxy that stands before the nodes: each name comes from an address that is its own. */
function from(name: string): Record<string, string> {
  const number = Number(/\d+/.exec(name)?.[0]);
  return { 'x-forwarded-for': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}` };
}
