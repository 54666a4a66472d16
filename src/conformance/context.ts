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
  /** A GET of this path succeeds with a live session, and is refused without one. */
  readonly checkPath: string;
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

  send(request: SentRequest, options: { isAttempt?: boolean } = {}): Promise<Answer> {
    return this.options.client.send(request, options);
  }

  /** POSTs a JSON body. */
  post(path: string, fields: unknown, headers: SentRequest['headers'] = {}): Promise<Answer> {
    return this.send(postOf(path, fields, headers));
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
    const request = postOf(String(protocol.registerPath), fields, headers);
    const answer = await this.send(request, { isAttempt: true });
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
    const { fields = {}, headers, ...request } = more;
    const usual = postOf(protocol.loginPath, { [protocol.nameField]: name, password, ...fields }, headers);
    const answer = await this.send({ ...usual, ...request }, { isAttempt: true });
    this.#remember(protocol, answer);
    if (sessionIdOf(protocol, answer) !== undefined || uncountedStatuses.includes(answer.status))
      this.options.client.attempts -= 1;
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
   * a route beside the contract tells, `checkPath`, if it tells a new session from an id that was never issued.
   *
   * @throws {Inconclusive} if it does not.
   */
  async isAlive(contract: ContractName, id: string): Promise<boolean> {
    if (contract !== 'rest') return isSuccess(await this.logout(contract, id));
    const unusable = await this.once('session check', () => this.#reasonNotToCheck());
    if (unusable !== undefined) throw new Inconclusive(unusable);
    const { status } = await this.#check(id);
    if (isRefused(status)) this.#alive.delete(id);
    return !isRefused(status);
  }

  /** Ends the sessions that the run began. The number of those that could not be ended. */
  async endSessions(): Promise<number> {
    let left = 0;
    for (const [id, contract] of this.#alive) {
      const { client } = this.options;
      if (client.isExhausted) left += 1;
      else await client.send(logoutOf(contract, id), { mayUseReserve: true }).catch(() => (left += 1));
    }
    return left;
  }

  #check(id: string): Promise<Answer> {
    return this.send({
      path: this.options.checkPath,
      headers: { Cookie: `session_id=${id}`, 'X-Session-Id': id },
    });
  }

  async #reasonNotToCheck(): Promise<string | undefined> {
    const alive = await this.#check(await this.session('rest'));
    const dead = await this.#check('00000000-0000-4000-8000-000000000000');
    if (alive.status >= 200 && alive.status < 300 && isRefused(dead.status)) return undefined;
    return (
      `Whether a session of \`rest\` is alive cannot be seen: GET ${this.options.checkPath} answers ${alive.status} ` +
      `to a new session and ${dead.status} to an id that was never issued; give a route that tells them apart, with --check`
    );
  }

  #remember(protocol: Protocol, answer: Answer): void {
    const id = sessionIdOf(protocol, answer);
    if (id === undefined) return;
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

/** Whether a route that needs a session answers that there is none: 401, 403, or a redirect to a login. */
function isRefused(status: number): boolean {
  return status === 401 || status === 403 || (status >= 300 && status < 400);
}

function postOf(path: string, fields: unknown, headers: SentRequest['headers'] = {}): SentRequest {
  return {
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  };
}

function logoutOf(contract: ContractName, id: string, headers: SentRequest['headers'] = {}): SentRequest {
  if (contract === 'dotjson')
    return { method: 'POST', path: `/logout.json?s=${encodeURIComponent(id)}`, headers };
  if (contract === 'rest')
    return { method: 'POST', path: '/auth/logout', headers: { Cookie: `session_id=${id}`, ...headers } };
  return postOf('/api/auth/logout', { session: id }, headers);
}
