/** What a case works with: the client, people with accounts, and sessions that are ended behind the run. */

import type { Client } from './client/client.ts';
import type { Answer, Asked } from './client/exchange.ts';
import { fieldsOf } from './expectations.ts';
import { type ContractName, Inconclusive } from './verdicts.ts';
import { type Wire, wires } from './wire.ts';

/** A person with an account. */
export interface Person {
  readonly name: string;
  readonly password: string;
}

/** What refuses a login for another reason than its name and password: no throttle counts it. */
const notTried = [400, 403, 404, 405, 413, 415];

export interface ContextOptions {
  readonly client: Client;
  /** The contracts that are judged. */
  readonly contracts: readonly ContractName[];
  /** A person who has an account already. */
  readonly user: Person | undefined;
  /** The contracts answer 200 for refusals, too (ruling G8). */
  readonly statusOk: boolean;
  /** Whether the server is reached over TLS. */
  readonly isSecure: boolean;
  /** An origin that the server allows to call it from a browser. */
  readonly secondOrigin: string | undefined;
  /** Makes names unique among all runs: lower-case letters and digits. */
  readonly runId: string;
  /** The present, in epoch milliseconds. */
  readonly now: () => number;
}

export class Context {
  readonly options: ContextOptions;
  /** What the case wants to have said, although it holds. */
  notes: string[] = [];
  /** The answers of all logins so far that began a session. */
  readonly logins: { readonly contract: ContractName; readonly answer: Answer }[] = [];
  readonly #remembered = new Map<string, Promise<unknown>>();
  /** The sessions that were begun and not ended, and the contract that began each. */
  readonly #begun = new Map<string, Wire>();
  #names = 0;

  constructor(options: ContextOptions) {
    this.options = options;
  }

  send(asked: Asked): Promise<Answer> {
    return this.options.client.send(asked);
  }

  /** POSTs a JSON body. */
  post(path: string, fields: unknown, headers: Asked['headers'] = {}): Promise<Answer> {
    const body = JSON.stringify(fields);
    return this.send({
      method: 'POST',
      path,
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    });
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Does something once in a run: the cases that look at one answer share it. */
  once<Value>(what: string, make: () => Promise<Value>): Promise<Value> {
    const made = this.#remembered.get(what) ?? make();
    this.#remembered.set(what, made);
    return made as Promise<Value>;
  }

  /** A name that no account has: an address for `rest`, otherwise a username. */
  freshName(contract: ContractName): string {
    this.#names += 1;
    const name = `kit${this.options.runId}n${this.#names}`;
    return contract === 'rest' ? `${name}@example.com` : name;
  }

  /** Registers through a contract; a throttle counts it, whatever the answer. */
  async register(
    contract: 'rest' | 'dotjson',
    fields: object,
    headers: Asked['headers'] = {},
  ): Promise<Answer> {
    const wire = wires[contract];
    this.options.client.count(1);
    const answer = await this.post(String(wire.registerPath), fields, headers);
    this.#remember(wire, answer);
    return answer;
  }

  /** Logs in through a contract. A throttle counts it only if it is refused. */
  async login(
    contract: ContractName,
    person: Person,
    more: Partial<Asked> & { fields?: object } = {},
  ): Promise<Answer> {
    const wire = wires[contract];
    const { client } = this.options;
    client.count(1);
    const { fields = {}, headers = {}, ...asked } = more;
    const body = JSON.stringify({ [wire.nameField]: person.name, password: person.password, ...fields });
    const answer = await this.send({
      method: 'POST',
      path: wire.loginPath,
      body,
      ...asked,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    if (this.#remember(wire, answer) !== undefined || notTried.includes(answer.status)) client.attempts -= 1;
    return answer;
  }

  /** The account that the cases of a contract share. */
  person(contract: ContractName): Promise<Person> {
    const { user } = this.options;
    return user ? Promise.resolve(user) : this.once(`person of ${contract}`, () => this.#newPerson(contract));
  }

  /** A login of the shared account, made once. */
  loggedIn(contract: ContractName): Promise<Answer> {
    return this.once(`login ${contract}`, async () => this.login(contract, await this.person(contract)));
  }

  /** The ids of all logins so far: of two at least. */
  async idsOfLogins(contract: ContractName): Promise<string[]> {
    const idsOf = () =>
      this.logins.flatMap((login) =>
        login.contract === contract ? [String(fieldsOf(login.answer)?.[wires[contract].idField])] : [],
      );
    while (idsOf().length < 2) await this.session(contract);
    return idsOf();
  }

  /** A new session of the shared account: whether a login is answered as it should be is another case's matter. */
  async session(contract: ContractName): Promise<string> {
    const answer = await this.login(contract, await this.person(contract));
    const id = fieldsOf(answer)?.[wires[contract].idField];
    if (typeof id === 'string' && id !== '') return id;
    throw new Inconclusive(
      `A login of ${contract} gave no session id (status ${answer.status}); see the cases of its login`,
    );
  }

  /** Ends a session through a contract, in the way that the contract names first. */
  async logout(contract: ContractName, id: string, headers: Asked['headers'] = {}): Promise<Answer> {
    const answer = await this.send(logoutOf(contract, id, headers));
    if (isEnded(answer) || [401, 404].includes(answer.status)) this.#begun.delete(id);
    return answer;
  }

  /** Whether a session is alive, by the session check. It is beside the contracts: without it nothing can be said. */
  async isAlive(id: string): Promise<boolean> {
    const { status } = await this.send({ path: '/auth/session', headers: { 'X-Session-Id': id } });
    if (status === 401) this.#begun.delete(id);
    if (status === 200 || status === 401) return status === 200;
    throw new Inconclusive(
      `Only the session check tells whether a session is alive, and GET /auth/session answered ${status}`,
    );
  }

  /** Ends every session that was begun. Those that have ended already are answered with a refusal. */
  async cleanUp(): Promise<number> {
    let left = 0;
    for (const [id, { contract }] of this.#begun) {
      const { client } = this.options;
      if (client.isGone) left += 1;
      else await client.send(logoutOf(contract, id, {}), true).catch(() => (left += 1));
    }
    return left;
  }

  #remember(wire: Wire, answer: Answer): string | undefined {
    const id = fieldsOf(answer)?.[wire.idField];
    if (typeof id !== 'string' || !/^[\w.~+-]{1,200}$/.test(id)) return undefined;
    this.#begun.set(id, wire);
    this.logins.push({ contract: wire.contract, answer });
    return id;
  }

  async #newPerson(contract: ContractName): Promise<Person> {
    // `envelope` has no registration: the accounts of another contract log in there.
    const through = contract === 'rest' ? (['rest'] as const) : (['dotjson', 'rest'] as const);
    const statuses: string[] = [];
    for (const one of contract === 'dotjson' ? (['dotjson'] as const) : through) {
      const person = {
        name: this.freshName(one),
        password: one === 'rest' ? 'strongpassword' : 'supersecure',
      };
      const answer = await this.once(`registration ${one} ${contract}`, () =>
        this.register(one, { [wires[one].nameField]: person.name, password: person.password }),
      );
      if (answer.status < 300 && fieldsOf(answer)?.['error'] === undefined) return person;
      statuses.push(`${wires[one].registerPath} answered ${answer.status}`);
    }
    throw new Inconclusive(
      `No account could be registered (${statuses.join(', ')}): give one that exists, with --user and --password-file`,
    );
  }
}

function logoutOf(contract: ContractName, id: string, headers: Asked['headers']): Asked {
  if (contract === 'dotjson') return { method: 'POST', path: `/logout.json?s=${id}`, headers: headers ?? {} };
  if (contract === 'rest')
    return { method: 'POST', path: '/auth/logout', headers: { Cookie: `session_id=${id}`, ...headers } };
  return {
    method: 'POST',
    path: '/api/auth/logout',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ session: id }),
  };
}

/** Whether a logout of `envelope` or `dotjson` found a live session. */
export function isEnded(answer: Answer): boolean {
  return answer.status < 300 && fieldsOf(answer)?.['error'] === undefined;
}
