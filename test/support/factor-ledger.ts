/** What a server has acknowledged of second factors: enrolments, trust, and the codes that are used up. */

import { TOTP } from 'otpauth';
import type { Client, Told } from './agent.ts';
import { contracts, type WireContract } from './contracts.ts';
import { password } from './person.ts';

/** `using` while a login with the code is under way whose answer never came. */
type CodeFate = 'unused' | 'using' | 'used';

interface Account {
  readonly email: string;
  /** `enrolling` while a confirmation is under way whose answer never came. */
  fate: 'new' | 'enrolling' | 'enrolled';
  readonly secret: string;
  /** Recovery codes, and codes of the app that were typed. */
  readonly recovery: Map<string, CodeFate>;
  readonly typed: Map<string, CodeFate>;
  /** The cookie of a browser that is trusted. */
  trust: string | undefined;
}

const stepMs = 30_000;

export class FactorLedger {
  readonly #accounts: Account[] = [];
  /** Logins that were done, by what made them right. */
  readonly done = { app: 0, recovery: 0, trust: 0 };

  get enrolled(): number {
    return this.#accounts.filter(({ fate }) => fate === 'enrolled').length;
  }

  /** Takes over what another ledger holds. */
  add(other: FactorLedger): void {
    this.#accounts.push(...other.#accounts);
    for (const kind of ['app', 'recovery', 'trust'] as const) this.done[kind] += other.done[kind];
  }

  /** A person who enrols an app and logs in with all that it gives, through one contract after the other. */
  async live(client: Client, email: string): Promise<void> {
    const account = await this.#enrol(client, email);
    const [first, second] = account.recovery.keys();
    await this.#use(client, account, 'recovery', String(first), contracts[0]);
    await this.#use(client, account, 'app', codeOf(account, 1), contracts[1]);
    const trusted = await this.#use(client, account, 'recovery', String(second), contracts[2], true);
    account.trust = trusted.cookies.find((cookie) => cookie.includes('gatehouse_trusted='));
    for (const contract of contracts.slice(1)) {
      const { status } = await login(client, contract, account, {}, account.trust);
      if (status !== 200) throw new Error(`login in a trusted browser: ${status}`);
      this.done.trust += 1;
    }
  }

  async #enrol(client: Client, email: string): Promise<Account> {
    const registered = await client.post('/auth/register', { email, password });
    const headers = { 'x-session-id': String(registered.json['session_id']) };
    const begun = await client.post('/auth/factors/totp', {}, headers);
    const secret = String(begun.json['secret']);
    const unknown = { recovery: new Map(), typed: new Map(), trust: undefined };
    const account: Account = { email, fate: 'enrolling', secret, ...unknown };
    this.#accounts.push(account);
    const code = codeOf(account, 0);
    const { status, json } = await client.post('/auth/factors/totp/confirm', { code }, headers);
    if (status !== 201) throw new Error(`enrolment: ${status}`);
    account.fate = 'enrolled';
    account.typed.set(code, 'used');
    for (const one of json['recovery_codes'] as string[]) account.recovery.set(one, 'unused');
    return account;
  }

  async #use(
    client: Client,
    account: Account,
    kind: 'app' | 'recovery',
    code: string,
    contract: WireContract | undefined,
    isTrusting = false,
  ): Promise<Told> {
    if (!contract) throw new Error('There are three contracts.');
    const codes = kind === 'app' ? account.typed : account.recovery;
    codes.set(code, 'using');
    const told = await login(client, contract, account, { code, ...(isTrusting && { trust_browser: true }) });
    if (told.status !== 200) throw new Error(`login with a code: ${told.status}`);
    codes.set(code, 'used');
    this.done[kind] += 1;
    return told;
  }

  /** Everything the server does not hold as it acknowledged it; empty if it kept its word. */
  async broken(client: Client): Promise<string[]> {
    const found: string[] = [];
    for (const account of this.#accounts) found.push(...(await brokenOf(client, account)));
    return found;
  }
}

/** A code that is used up is refused wherever it is tried; one that is not opens the account, once. */
async function brokenOf(client: Client, account: Account): Promise<string[]> {
  const { email, fate, recovery, typed, trust } = account;
  const [, rest] = contracts;
  if (!rest) return [];
  const found: string[] = [];
  const expectStatus = async (what: string, right: readonly number[], more: object, cookie?: string) => {
    const { status } = await login(client, rest, account, more, cookie);
    if (!right.includes(status)) found.push(`${email}: ${what}: login answers ${status}`);
  };
  await expectStatus('no code', fate === 'enrolled' ? [401] : [200, 401], {});
  if (fate !== 'enrolled') return found;
  const fates: Readonly<Record<CodeFate, readonly number[]>> = {
    unused: [200],
    using: [200, 401],
    used: [401],
  };
  for (const [code, how] of typed) await expectStatus(`code of the app, ${how}`, fates[how], { code });
  const spare = [...recovery].find(([, how]) => how === 'unused');
  const tried = [...[...recovery].filter(([, how]) => how !== 'unused'), ...(spare ? [spare] : [])];
  for (const [code, how] of tried) {
    await expectStatus(`recovery code, ${how}`, fates[how], { code });
    recovery.set(code, 'used');
  }
  if (trust !== undefined) await expectStatus('trusted browser', [200], {}, trust);
  // What was under way is decided now.
  for (const code of typed.keys()) typed.set(code, 'used');
  return found;
}

/** The code that the app shows some steps from now; the server accepts that of the next step too. */
function codeOf({ secret }: Account, steps: number): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * stepMs });
}

function login(
  client: Client,
  { loginPath, field }: WireContract,
  { email }: Account,
  more: object,
  cookie = '',
): Promise<Told> {
  return client.post(loginPath, { [field]: email, password, ...more }, cookie === '' ? {} : { cookie });
}
