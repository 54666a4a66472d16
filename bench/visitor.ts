/** A browser that opens pages in this process, and keeps its cookies. */

import type { Gatehouse } from '../src/gatehouse.ts';
import { SoftwareAuthenticator } from '../test/support/software-authenticator.ts';

/** Where the pages are: a name, because an address has no passkeys. */
export const origin = 'http://localhost';

export class Visitor {
  readonly name: string;
  readonly #gatehouse: Gatehouse;
  readonly #cookies = new Map<string, string>();

  constructor(gatehouse: Gatehouse, name = '') {
    this.#gatehouse = gatehouse;
    this.name = name;
  }

  /** The text of an answer. A redirect is not followed. */
  async send(path: string, init: RequestInit = {}, type = ''): Promise<string> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, ...(type && { 'content-type': type }) };
    const answer = await this.#gatehouse.fetch(new Request(`${origin}${path}`, { ...init, headers }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    if (answer.status >= 400) throw new Error(`${path} was answered with ${answer.status}.`);
    return answer.text();
  }

  post(path: string, fields: Readonly<Record<string, string>>): Promise<string> {
    return this.send(path, form(fields));
  }

  async addPasskey(): Promise<void> {
    const body = JSON.stringify({ for: 'register' });
    const options = await this.send('/auth/passkeys/options', { method: 'POST', body }, 'application/json');
    const passkey = JSON.stringify(new SoftwareAuthenticator({ origin }).create(JSON.parse(options)));
    await this.post('/account/passkeys', { name: '', passkey });
  }
}

export function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) };
}
