/** A browser with an authenticator: keeps cookies, asks for options, and answers them over JSON. */

import { type Answer, post, send } from './client.ts';
import { password } from './person.ts';
import type { TestServer } from './server.ts';
import { type Changes, SoftwareAuthenticator, type SoftwareOptions } from './software-authenticator.ts';

/** What every server of these tests is set up with. */
export const passkeySettings = { GATEHOUSE_PUBLIC_URL: 'https://auth.example.com' };
const origin = 'https://auth.example.com';

export type Purpose = 'register' | 'login' | 'second_step' | 'confirm';

export class PasskeyBrowser {
  readonly cookies = new Map<string, string>();
  readonly authenticator: SoftwareAuthenticator;
  readonly #server: Pick<TestServer, 'url'>;

  constructor(server: Pick<TestServer, 'url'>, options: Partial<SoftwareOptions> = {}) {
    this.#server = server;
    this.authenticator = new SoftwareAuthenticator({ origin, ...options });
  }

  /** The id of its session; empty without one. */
  get id(): string {
    return this.cookies.get('session_id') ?? '';
  }

  async post(path: string, body: unknown): Promise<Answer> {
    return this.#kept(await post(this.#server.url, path, body, this.#cookie()));
  }

  async send(method: string, path: string, body?: object): Promise<Answer> {
    const json = body && { body: JSON.stringify(body) };
    const headers = { ...this.#cookie(), ...(body && { 'content-type': 'application/json' }) };
    return this.#kept(await send(this.#server.url, { method, path, headers, ...json }));
  }

  /** Registers an account, and is signed in. */
  async newAccount(email = 'ada@example.com'): Promise<this> {
    await this.#expect(201, this.post('/auth/register', { email, password }));
    return this;
  }

  options(purpose: Purpose, more: object = {}): Promise<Answer> {
    return this.post('/auth/passkeys/options', { for: purpose, ...more });
  }

  /** Asks for options and adds a passkey. */
  async add(name = 'Key', changes: Changes = {}): Promise<Answer> {
    const { json } = await this.#expect(200, this.options('register'));
    const response = this.authenticator.create(json as never, changes);
    return this.post('/auth/passkeys/register', { name, response });
  }

  /** Asks for options and signs in without a name and a password. */
  async signIn(changes: Changes = {}): Promise<Answer> {
    const { json } = await this.#expect(200, this.options('login'));
    return this.post('/auth/passkeys/login', { response: this.authenticator.get(json as never, changes) });
  }

  /** Signs in with a password, and then with a passkey. */
  async secondStep(email = 'ada@example.com', more: object = {}, changes: Changes = {}): Promise<Answer> {
    const asked = { identifier: email, password };
    const { json } = await this.#expect(200, this.options('second_step', asked));
    const response = this.authenticator.get(json as never, changes);
    return this.post('/auth/passkeys/login', { response, ...more });
  }

  async confirm(changes: Changes = {}): Promise<Answer> {
    const { json } = await this.#expect(200, this.options('confirm'));
    return this.post('/auth/passkeys/confirm', { response: this.authenticator.get(json as never, changes) });
  }

  /** Whether its session is alive. */
  async isSignedIn(): Promise<boolean> {
    return (await this.send('GET', '/auth/session')).status === 200;
  }

  /** Forgets its session, and nothing else. */
  signedOut(): this {
    this.cookies.delete('session_id');
    return this;
  }

  #cookie(): Record<string, string> {
    if (this.cookies.size === 0) return {};
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #kept(answer: Answer): Answer {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  async #expect(status: number, asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked;
    if (answer.status !== status) throw new Error(`${answer.status} in place of ${status}: ${answer.text}`);
    return answer;
  }
}
