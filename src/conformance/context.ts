/** What a case works with: the client, accounts to log in with, and sessions that are ended after the run. */

import type { Client } from './client/client.ts';
import type { Answer, SentRequest } from './client/exchange.ts';
import { fieldsOf, isSuccess, sessionIdOf } from './expectations.ts';
import { type Protocol, protocols } from './protocol.ts';
import { type ContractName, Inconclusive } from './verdicts.ts';

/** What an account logs in with. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Statuses of logins that are refused before the password matters: no throttle counts them. */
const uncountedStatuses = [400, 403, 404, 405, 413, 415];

export interface ContextOptions {
  readonly client: Client;
  /** The contracts that are judged. */
  readonly contracts: readonly ContractName[];
  /** An account that exists already. */
  readonly user: Credentials | undefined;
  /** `envelope` and `dotjson` answer refusals with status 200, too (ruling G8). */
  readonly statusOk: boolean;
  /** Whether the server is reached over TLS. */
  readonly isSecure: boolean;
  /** An origin that the server allows to call it from a browser. */
  readonly secondOrigin: string | undefined;
  /** Makes names unique among all runs: twelve lower-case letters and digits. */
  readonly runId: string;
  /** The present, in epoch milliseconds. */
  readonly now: () => number;
}

export class Context {
  readonly options: ContextOptions;
  /** What the present case adds to its verdict although it passes. */
  notes: string[] = [];
  /** The answers so far that began a session. */
  readonly begun: { readonly contract: ContractName; readonly answer: Answer }[] = [];
  readonly #results = new Map<string, Promise<unknown>>();
  /** The ids of sessions that are alive as far as the run knows, and the contract that began each. */
  readonly #alive = new Map<string, ContractName>();
  #names = 0;

  constructor(options: ContextOptions) {
    this.options = options;
  }

  /** Does something once in a run, so that several cases look at one answer. A failure is remembered, too. */
  once<Value>(what: string, make: () => Promise<Value>): Promise<Value> {
    const result = this.#results.get(what) ?? make();
    this.#results.set(what, result);
    return result as Promise<Value>;
  }

  note(text: string): void {
    this.notes.push(text);
  }

  send(request: SentRequest): Promise<Answer> {
    return this.options.client.send(request);
  }

  /** POSTs a JSON body. */
  post(path: string, fields: unknown, headers: SentRequest['headers'] = {}): Promise<Answer> {
    const body = JSON.stringify(fields);
    return this.send({
      method: 'POST',
      path,
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    });
  }

  /** A name that no account has: an address for `rest`, otherwise a username. */
  freshName(contract: ContractName): string {
    this.#names += 1;
    const name = `kit${this.options.runId}n${this.#names}`;
    return contract === 'rest' ? `${name}@example.com` : name;
  }

  /** Registers through a contract. A throttle counts it, whatever the answer. */
  async register(
    contract: 'rest' | 'dotjson',
    fields: object,
    headers: SentRequest['headers'] = {},
  ): Promise<Answer> {
    const protocol = protocols[contract];
    this.options.client.count(1);
    const answer = await this.post(String(protocol.registerPath), fields, headers);
    this.#remember(protocol, answer);
    return answer;
  }

  /** Logs in through a contract. A throttle counts it only if the name or the password is refused. */
  async login(
    contract: ContractName,
    { name, password }: Credentials,
    more: Partial<SentRequest> & { fields?: object } = {},
  ): Promise<Answer> {
    const protocol = protocols[contract];
    const { client } = this.options;
    client.count(1);
    const { fields = {}, headers = {}, ...request } = more;
    const answer = await this.send({
      method: 'POST',
      path: protocol.loginPath,
      body: JSON.stringify({ [protocol.nameField]: name, password, ...fields }),
      ...request,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    this.#remember(protocol, answer);
    if (sessionIdOf(protocol, answer) !== undefined || uncountedStatuses.includes(answer.status))
      client.attempts -= 1;
    return answer;
  }

  /** The account that the cases of a contract share. It is registered when a case first needs it. */
  account(contract: ContractName): Promise<Credentials> {
    const { user } = this.options;
    return user
      ? Promise.resolve(user)
      : this.once(`account for ${contract}`, () => this.#newAccount(contract));
  }

  /** A login of the shared account, made once. */
  loggedIn(contract: ContractName): Promise<Answer> {
    return this.once(`login of ${contract}`, async () => this.login(contract, await this.account(contract)));
  }

  /** The session ids of all logins so far: of at least two. */
  async idsOfLogins(contract: ContractName): Promise<string[]> {
    const ids = () =>
      this.begun
        .filter((login) => login.contract === contract)
        .map(({ answer }) => String(sessionIdOf(protocols[contract], answer)));
    while (ids().length < 2) await this.session(contract);
    return ids();
  }

  /** The id of a new session of the shared account. Whether its login is answered as it should be is judged by other cases. */
  async session(contract: ContractName): Promise<string> {
    const answer = await this.login(contract, await this.account(contract));
    const id = sessionIdOf(protocols[contract], answer);
    if (id !== undefined) return id;
    throw new Inconclusive(
      `A login of ${contract} gave no session id (status ${answer.status}); see the cases of its login`,
    );
  }

  /** Ends a session through a contract, in the way that the contract names first. */
  async logout(contract: ContractName, id: string, headers: SentRequest['headers'] = {}): Promise<Answer> {
    const answer = await this.send(logoutOf(contract, id, headers));
    if (isSuccess(answer) || [401, 404].includes(answer.status)) this.#alive.delete(id);
    return answer;
  }

  /**
   * Whether a session is alive. A logout of `envelope` and `dotjson` tells, and ends it. `rest` has no such answer: there
   * the session check of Gatehouse tells, if the server has it.
   *
   * @throws {Inconclusive} if the server has no session check, or one that does not know a new session.
   */
  async isAlive(contract: ContractName, id: string): Promise<boolean> {
    if (contract !== 'rest') return isSuccess(await this.logout(contract, id));
    const isReliable = await this.once('session check', async () => this.#check(await this.session('rest')));
    if (isReliable) return this.#check(id);
    throw new Inconclusive(
      'Only the session check tells whether a session is alive, and GET /auth/session refuses a new session',
    );
  }

  /** Ends the sessions that the run began. The number of those that could not be ended. */
  async endSessions(): Promise<number> {
    let left = 0;
    for (const [id, contract] of this.#alive) {
      const { client } = this.options;
      if (client.isExhausted) left += 1;
      else await client.send(logoutOf(contract, id, {}), true).catch(() => (left += 1));
    }
    return left;
  }

  async #check(id: string): Promise<boolean> {
    const { status } = await this.send({ path: '/auth/session', headers: { 'X-Session-Id': id } });
    if (status === 401) this.#alive.delete(id);
    if (status === 200 || status === 401) return status === 200;
    throw new Inconclusive(
      `Only the session check tells whether a session is alive, and GET /auth/session answered ${status}`,
    );
  }

  #remember(protocol: Protocol, answer: Answer): void {
    const id = sessionIdOf(protocol, answer);
    // What else a foreign server sends as an id cannot be put into a cookie or a query.
    if (id === undefined || !/^[\w.~+-]{1,200}$/.test(id)) return;
    this.#alive.set(id, protocol.contract);
    this.begun.push({ contract: protocol.contract, answer });
  }

  async #newAccount(contract: ContractName): Promise<Credentials> {
    const statuses: string[] = [];
    for (const through of registeredThrough[contract]) {
      const { registerPath, nameField } = protocols[through];
      const account = { name: this.freshName(through), password: 'supersecure' };
      const answer = await this.register(through, { [nameField]: account.name, password: account.password });
      if (isSuccess(answer) && fieldsOf(answer) !== undefined) return account;
      statuses.push(`${registerPath} answered ${answer.status}`);
    }
    throw new Inconclusive(
      `No account could be registered (${statuses.join(', ')}): give one that exists, with --user and --password-file`,
    );
  }
}

/** `envelope` has no registration: accounts of another contract log in there. */
const registeredThrough = { envelope: ['dotjson', 'rest'], rest: ['rest'], dotjson: ['dotjson'] } as const;

function logoutOf(contract: ContractName, id: string, headers: SentRequest['headers']): SentRequest {
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
