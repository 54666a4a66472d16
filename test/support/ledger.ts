/** What a server has acknowledged: the accounts and sessions that must be there, and those that must not. */

import type { Client } from './agent.ts';

/** An account through one of the contracts that register. */
export interface Owner {
  readonly contract: 'rest' | 'dotjson';
  readonly name: string;
  readonly password: string;
}

/** What is known of a session: `ending` while a logout is under way whose answer never came. */
export type SessionFate = 'alive' | 'ending' | 'ended';

export class Ledger {
  readonly accounts: Owner[] = [];
  /** Asked for and never answered: there or not there, but nothing in between. */
  readonly doubtful: Owner[] = [];
  readonly sessions = new Map<string, SessionFate>();

  /** Takes over what another ledger holds. */
  add({ accounts, sessions }: Ledger): void {
    this.accounts.push(...accounts);
    for (const [id, fate] of sessions) this.sessions.set(id, fate);
  }

  async register(client: Client, owner: Owner): Promise<void> {
    this.doubtful.push(owner);
    const { status, json } = await ask(client, 'register', owner);
    if (status !== (owner.contract === 'rest' ? 201 : 200)) throw new Error(`register: ${status}`);
    this.doubtful.splice(this.doubtful.indexOf(owner), 1);
    this.accounts.push(owner);
    if (owner.contract === 'rest') this.sessions.set(String(json['session_id']), 'alive');
  }

  async login(client: Client, owner: Owner): Promise<string> {
    const { status, json } = await ask(client, 'login', owner);
    if (status !== 200) throw new Error(`login: ${status}`);
    const id = String(owner.contract === 'rest' ? json['session_id'] : json['id']);
    this.sessions.set(id, 'alive');
    return id;
  }

  async logout(client: Client, contract: Owner['contract'], id: string): Promise<void> {
    this.sessions.set(id, 'ending');
    const { status } =
      contract === 'rest'
        ? await client.post('/auth/logout', {}, { 'x-session-id': id })
        : await client.post(`/logout.json?s=${id}`, {});
    if (status !== (contract === 'rest' ? 204 : 200)) throw new Error(`logout: ${status}`);
    this.sessions.set(id, 'ended');
  }

  /** Everything the server does not hold as it acknowledged it; empty if it kept its word. */
  async broken(client: Client): Promise<string[]> {
    const accounts = inBatches(this.accounts, async (owner) => {
      const { status } = await ask(client, 'login', owner);
      return status === 200 ? [] : [`account ${owner.name}: login answers ${status}`];
    });
    const sessions = inBatches([...this.sessions], async ([id, fate]) => {
      const { status } = await client.get('/auth/session', { 'x-session-id': id });
      const right = { alive: [200], ending: [200, 401], ended: [401] }[fate];
      return right.includes(status) ? [] : [`session ${id}, ${fate}: check answers ${status}`];
    });
    const doubtful = inBatches(this.doubtful, async (owner) => {
      const { status } = await ask(client, 'login', owner);
      if (status === 200) return [];
      const again = await ask(client, 'register', owner);
      const isFree = status === 401 && (again.status === 201 || again.status === 200);
      return isFree ? [] : [`doubtful ${owner.name}: login answers ${status}, then register ${again.status}`];
    });
    return (await Promise.all([accounts, sessions, doubtful])).flat();
  }
}

function ask(client: Client, what: 'register' | 'login', { contract, name, password }: Owner) {
  return contract === 'rest'
    ? client.post(`/auth/${what}`, { email: name, password })
    : client.post(`/${what}.json`, { username: name, password });
}

/** Few enough at once that none of them is shed. */
async function inBatches<Item>(
  items: readonly Item[],
  look: (item: Item) => Promise<string[]>,
): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < items.length; i += 12) {
    found.push(...(await Promise.all(items.slice(i, i + 12).map(look))).flat());
  }
  return found;
}
