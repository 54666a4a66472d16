/** Whole lives of people with second factors by the real clock, through every route and page that has to do with them. */

import { strictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOTP } from 'otpauth';
import { sendExactly } from './client.ts';
import { contracts } from './contracts.ts';
import { codesOn, secretOn } from './factor-pages.ts';
import { addPasskey, newAuthenticator, optionsFor, sendAnswer, signInWith } from './page-passkeys.ts';
import { Browser, newcomer, type Sent } from './pages.ts';
import { password } from './person.ts';
import type { CreationOptions, RequestOptions } from './software-authenticator.ts';

type Server = Readonly<{ url: string }>;
type Json = Record<string, unknown>;

const stepMs = 30_000;

/**
 * The present code of an app, or that of the next step: of the two each is good once, in this order. It is not asked for at
 * the end of a step, so that both are good for some seconds.
 */
async function codeOf(secret: string, step: 0 | 1): Promise<string> {
  const leftMs = stepMs - (Date.now() % stepMs);
  if (step === 0 && leftMs < 5_000) await sleep(leftMs);
  return new TOTP({ secret: secret.replaceAll(' ', '') }).generate({ timestamp: Date.now() + step * stepMs });
}

/** A client over JSON, with the cookies and the session that it was given last. */
class JsonClient {
  readonly #server: Server;
  readonly #cookies = new Map<string, string>();
  id = '';

  constructor(server: Server) {
    this.#server = server;
  }

  /** Sends a request that has to be answered with 200, 201 or 204. */
  async ask(method: string, path: string, body?: Json): Promise<Json> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { status, headers, text } = await sendExactly(this.#server.url, {
      method,
      path,
      headers: {
        ...(this.id !== '' && { 'x-session-id': this.id }),
        ...(cookie !== '' && { cookie }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    strictEqual([200, 201, 204].includes(status), true, `${method} ${path}: ${status} ${text}`);
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== 'session_id') this.#cookies.set(name, value);
    }
    const json = text === '' ? {} : (JSON.parse(text) as Json);
    if (typeof json['session_id'] === 'string') this.id = json['session_id'];
    return json;
  }

  /** Sends the answer of a passkey to options. */
  async answer(
    asked: Json,
    path: string,
    made: (options: CreationOptions & RequestOptions) => object,
    more: Json = {},
  ): Promise<Json> {
    const options = await this.ask('POST', '/auth/passkeys/options', asked);
    return this.ask('POST', path, { ...more, response: made(options as never) });
  }
}

/** Registers a person with an app over JSON; resolves to the id of the session. */
export async function personWithApp(server: Server, email: string): Promise<string> {
  const person = new JsonClient(server);
  await person.ask('POST', '/auth/register', { email, password });
  const { secret } = await person.ask('POST', '/auth/factors/totp');
  await person.ask('POST', '/auth/factors/totp/confirm', { code: await codeOf(String(secret), 0) });
  return person.id;
}

/** A person who has each factor, uses it, and gives it up, over JSON. */
export async function liveOverJson(server: Server, email: string): Promise<void> {
  const ada = new JsonClient(server);
  await ada.ask('POST', '/auth/register', { email, password });
  const secret = String((await ada.ask('POST', '/auth/factors/totp'))['secret']);
  const code = await codeOf(secret, 0);
  const confirmed = await ada.ask('POST', '/auth/factors/totp/confirm', { code });
  const codes = [...(confirmed['recovery_codes'] as string[])];
  for (const [n, { loginPath, field }] of contracts.entries()) {
    const given = n === 0 ? await codeOf(secret, 1) : String(codes.pop());
    await new JsonClient(server).ask('POST', loginPath, { [field]: email, password, code: given });
  }
  const trusted = new JsonClient(server);
  for (let n = 0; n < 2; n += 1) {
    const trusting = { email, password, code: String(codes.pop()), trust_browser: true };
    await new JsonClient(server).ask('POST', '/auth/login', trusting);
  }
  await trusted.ask('POST', '/auth/login', {
    email,
    password,
    code: String(codes.pop()),
    trust_browser: true,
  });
  await trusted.ask('POST', '/auth/login', { email, password });

  await ada.ask('POST', '/auth/confirm', { password, code: String(codes.pop()) });
  const authenticator = newAuthenticator();
  const created = await ada.answer(
    { for: 'register' },
    '/auth/passkeys/register',
    (options) => authenticator.create(options),
    { name: 'Laptop' },
  );
  const { handle } = created['passkey'] as { handle: string };
  const got = (options: RequestOptions) => authenticator.get(options);
  await new JsonClient(server).answer({ for: 'login' }, '/auth/passkeys/login', got);
  const second = { for: 'second_step', identifier: email, password };
  await new JsonClient(server).answer(second, '/auth/passkeys/login', got, { trust_browser: true });
  await ada.answer({ for: 'confirm' }, '/auth/passkeys/confirm', got);
  await ada.ask('POST', `/auth/passkeys/${handle}`, { name: 'Desk' });
  await ada.ask('POST', '/auth/factors/recovery-codes');
  const { trusted_browsers: browsers } = await ada.ask('GET', '/auth/factors');
  const [first] = browsers as { handle: string }[];
  await ada.ask('DELETE', `/auth/factors/trusted-browsers/${first?.handle}`);
  await ada.ask('DELETE', '/auth/factors/trusted-browsers');
  await ada.ask('GET', '/auth/account/export');
  await ada.ask('DELETE', `/auth/passkeys/${handle}`);
  await ada.ask('DELETE', '/auth/factors/totp');
  const changed = { current_password: password, new_password: `${password} anew` };
  await ada.ask('POST', '/auth/password', changed);
  await ada.ask('DELETE', '/auth/account', { password: `${password} anew` });
}

/** The same on pages. */
export async function liveOnPages(server: Server, identifier: string): Promise<void> {
  const own = await newcomer(server, identifier);
  const setUp = await own.send(await own.open('/account'), {}, 'account/authenticator');
  await own.open('/account/authenticator/confirm');
  const code = await codeOf(secretOn(setUp), 0);
  const shown = done(await own.submit(setUp, { code }, '../account/authenticator/confirm'));
  const codes = codesOn(shown);
  done(await own.submit(shown, {}, '../../account/recovery-codes/file'));
  const authenticator = newAuthenticator();
  codes.splice(0, 10, ...codesOn(await addPasskey(own, authenticator, 'Laptop')));

  const step = async () => {
    const browser = new Browser(server);
    const sent = await browser.fill('/sign-in', { identifier, password });
    return { browser, page: await browser.follow(sent) };
  };
  const first = await step();
  done(await first.browser.submit(first.page, { code: await codeOf(secretOn(setUp), 1), trust: 'on' }));
  first.browser.cookies.delete('session_id');
  done(await first.browser.fill('/sign-in', { identifier, password }));
  const other = await step();
  await other.browser.open('/second-factor/passkey');
  const recovery = await other.browser.open('/second-factor?with=recovery');
  done(await other.browser.submit(recovery, { code: String(codes[0]), trust: 'on' }));
  const third = await step();
  const answer = authenticator.get(await optionsFor<RequestOptions>(third.browser, 'second_step'));
  done(await sendAnswer(third.browser, third.page, 'second-step', answer, { trust: 'on' }));
  const alone = new Browser(server);
  await alone.open('/sign-in/passkey');
  done(await signInWith(alone, authenticator));

  const confirming = await own.open('/account/confirm?section=factors&with=recovery');
  const form = confirming.forms.find(({ names }) => names.includes('password'));
  done(await own.post('/account/confirm', { ...form?.values, password, code: String(codes[1]) }));
  const ofPasskey = await own.open('/account/confirm?section=factors');
  const again = authenticator.get(await optionsFor<RequestOptions>(own, 'confirm'));
  done(await sendAnswer(own, ofPasskey, 'confirm', again));
  done(await own.submit(await own.open('/account'), {}, 'account/recovery-codes'));
  done(await own.post('/account/export', {}));
  await openEach(own);
  for (const [part, typed] of [
    ['account/browsers/', {}],
    ['account/browsers', {}],
    ['account/rename-passkey/', { name: 'Desk' }],
    ['account/remove-passkey/', {}],
    ['account/authenticator/remove', {}],
  ] as const) {
    const page = await own.open('/account');
    const action = page.forms.map((one) => one.action).find((one) => one.startsWith(part)) ?? '';
    if (/-passkey/.test(part)) await own.open(`/${action}`);
    if (/browsers\//.test(part)) await own.open(`/${action}`);
    const path = part.endsWith('/') ? action : part;
    done(await own.post(`/${path}`, typed));
  }
}

/** The pages that a link or the address bar opens, and the script of passkeys. */
async function openEach(browser: Browser): Promise<void> {
  for (const path of [
    ...['/account', '/account/confirm', '/account/confirm/passkey', '/account/authenticator'],
    ...['/account/authenticator/remove', '/account/passkeys', '/account/recovery-codes'],
    ...['/account/recovery-codes/file', '/account/browsers', '/enrol', '/enrol/authenticator'],
    ...['/enrol/authenticator/confirm', '/enrol/passkeys', '/second-factor'],
  ])
    await browser.open(path);
  const page = await browser.open('/sign-in');
  const script = page.links.find((link) => link.startsWith('pages/passkeys')) ?? '';
  strictEqual((await browser.open(`/${script}`)).status, 200, script);
}

/** People who have to enrol before they get a session, over JSON and on pages, with an app and with a passkey (ruling F6). */
export async function enrolEverywhere(server: Server, name: string): Promise<void> {
  await personWithApp(server, `app.${name}`);
  const key = new JsonClient(server);
  await key.ask('POST', '/auth/register', { email: `key.${name}`, password });
  const creation = (options: CreationOptions) => newAuthenticator().create(options);
  await key.answer({ for: 'register' }, '/auth/passkeys/register', creation, { name: 'Key' });
  for (const { loginPath, field, logoutPath, name: contract } of contracts) {
    const email = `${contract}.${name}`;
    await new JsonClient(server).ask('POST', '/auth/register', { email, password });
    const client = new JsonClient(server);
    const login = await client.ask('POST', loginPath, { [field]: email, password });
    const session = String(login['session'] ?? login['session_id'] ?? login['id']);
    const path = contract === 'dotjson' ? `${logoutPath}?s=${session}` : logoutPath;
    if (contract !== 'rest') client.id = '';
    await client.ask('POST', path, { session });
  }

  const browser = await enrolling(server, `page.${name}`);
  await openEach(browser.browser);
  const setUp = await browser.browser.send(browser.page, {}, 'enrol/authenticator');
  const code = await codeOf(secretOn(setUp), 0);
  done(await browser.browser.submit(setUp, { code }, '../enrol/authenticator/confirm'));
  const other = await enrolling(server, `page-key.${name}`);
  const answer = newAuthenticator().create(await optionsFor<CreationOptions>(other.browser, 'register'));
  done(await sendAnswer(other.browser, other.page, 'register', answer));
}

async function enrolling(server: Server, identifier: string) {
  const browser = new Browser(server);
  return { browser, page: await browser.follow(await browser.fill('/register', { identifier, password })) };
}

function done(sent: Sent): Sent {
  strictEqual([200, 303].includes(sent.status), true, `${sent.at}: ${sent.status} ${sent.words}`);
  return sent;
}
