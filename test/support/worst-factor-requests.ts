/** The worst legal requests that have to do with second factors, of people with as many of everything as there can be. */

import { newToken } from '../../src/crypto/ids.ts';
import { codeAt } from './codes.ts';
import type { Asked } from './counted-server.ts';
import {
  type CreationOptions,
  type RequestOptions,
  SoftwareAuthenticator,
} from './software-authenticator.ts';
import { addPasskeys, addTrusted, type Person, type World } from './worst-requests.ts';

export const password = 'supersecure';

/** As many as one account may have. */
const maxPasskeys = 20;
const maxTrusted = 20;

const origin = 'https://app.example.com';

/** Three tokens that mean nothing, and so are all looked up, with room for a fourth. */
const strangers = [1, 2, 3].map((n) => String(n).repeat(26));

/** A cookie with as many tokens of trusted browsers as are read, none of which means anything. */
export const foreignTrustIn = `__Host-gatehouse_trusted=${strangers.join('.')}.${'4'.repeat(26)}`;

interface Enrolled extends Person {
  readonly secret: string;
  readonly recoveryCode: string;
  /** Of its newest passkey. */
  readonly authenticator: SoftwareAuthenticator;
  readonly passkey: string;
  /** The handle of a trusted browser. */
  readonly browser: string;
}

/** A person with an app, passkeys and trusted browsers. */
async function enrolled(world: World, passkeys = maxPasskeys): Promise<Enrolled> {
  const who = await world.anew(`${newToken()}@example.com`);
  const { preparing } = world;
  const ask = async (id: string, path: string, body?: object, cookie = '') => {
    const sent = { method: 'POST', path, id, ...(body && { body: body as Record<string, unknown> }) };
    const { status, text, cookie: set } = await preparing.cost({ ...sent, headers: { cookie } });
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return { json: JSON.parse(text), set };
  };
  const { secret } = (await ask(who.id, '/auth/factors/totp')).json as { secret: string };
  const code = codeAt(secret, Date.now());
  const { json: app } = await ask(who.id, '/auth/factors/totp/confirm', { code });
  await addPasskeys(preparing, who.userId, passkeys - 1);
  const authenticator = new SoftwareAuthenticator({ origin });
  const options = await ask(app.session_id, '/auth/passkeys/options', { for: 'register' });
  const response = authenticator.create(options.json as CreationOptions);
  const added = { name: 'Newest', response };
  const { json } = await ask(app.session_id, '/auth/passkeys/register', added, options.set);
  const browser = await addTrusted(preparing, who.userId, maxTrusted);
  return {
    ...who,
    id: json.session_id,
    secret,
    recoveryCode: json.recovery_codes[0],
    authenticator,
    passkey: json.passkey.handle,
    browser,
    cookie: `${who.cookie}; ${foreignTrustIn}`,
  };
}

/** A request in the session of such a person. */
const inSession =
  (method: string, path: string, more: (who: Enrolled) => Partial<Asked> = () => ({})) =>
  async (world: World): Promise<Asked> => {
    const who = await enrolled(world);
    return { method, path, id: who.id, headers: { cookie: who.cookie }, ...more(who) };
  };

/** A login with a recovery code, which is told of, in a browser that is to be trusted and holds the trust of others. */
const login = (path: string, field: string) => async (world: World) => {
  const { name, recoveryCode: code, cookie } = await enrolled(world);
  const body = { [field]: name, password, code, trust_browser: true };
  return { method: 'POST', path, body, headers: { cookie } };
};

/**
 * Asks for options first, in the same browser; in a session two minutes before, so that the request itself is a use that is
 * written.
 */
async function answered(
  { server, preparing }: World,
  who: Enrolled,
  asked: Readonly<Record<string, unknown>>,
  more: object = {},
) {
  const headers = { cookie: who.cookie };
  const isInSession = asked['for'] === 'confirm';
  const session = isInSession ? { id: who.id } : {};
  const given = await (isInSession ? preparing : server).cost({
    ...{ method: 'POST', path: '/auth/passkeys/options', body: asked, headers },
    ...session,
  });
  const response = who.authenticator.get(JSON.parse(given.text) as RequestOptions);
  return { ...session, headers: { cookie: `${who.cookie}; ${given.cookie}` }, body: { response, ...more } };
}

/** The worst request of each route. */
export const factorRequests: Readonly<Record<string, (world: World) => Promise<Asked>>> = {
  'POST /api/auth/login': login('/api/auth/login', 'username'),
  'POST /auth/login': login('/auth/login', 'email'),
  'POST /login.json': login('/login.json', 'username'),
  'POST /auth/confirm': inSession('POST', '/auth/confirm', ({ recoveryCode: code }) => ({
    body: { password, code },
  })),
  'POST /auth/password': inSession('POST', '/auth/password', () => ({
    body: { current_password: password, new_password: 'correct battery horse' },
  })),
  'DELETE /auth/account': inSession('DELETE', '/auth/account', () => ({ body: { password } })),
  'GET /auth/account/export': inSession('GET', '/auth/account/export'),
  'GET /auth/factors': inSession('GET', '/auth/factors'),
  'POST /auth/factors/totp': async ({ anew }) => {
    const { id } = await anew(`${newToken()}@example.com`);
    return { method: 'POST', path: '/auth/factors/totp', id };
  },
  'POST /auth/factors/totp/confirm': async ({ anew, preparing }) => {
    const { id } = await anew(`${newToken()}@example.com`);
    const { text } = await preparing.cost({ method: 'POST', path: '/auth/factors/totp', id });
    const { secret } = JSON.parse(text) as { secret: string };
    // The clock of the server is two minutes ahead.
    const body = { code: codeAt(secret, Date.now() + 120_000) };
    return { method: 'POST', path: '/auth/factors/totp/confirm', id, body };
  },
  'DELETE /auth/factors/totp': inSession('DELETE', '/auth/factors/totp'),
  'POST /auth/factors/recovery-codes': inSession('POST', '/auth/factors/recovery-codes'),
  'DELETE /auth/factors/trusted-browsers': inSession('DELETE', '/auth/factors/trusted-browsers'),
  'DELETE /auth/factors/trusted-browsers/:handle': inSession('DELETE', '', ({ browser }) => ({
    path: `/auth/factors/trusted-browsers/${browser}`,
  })),
  'POST /auth/passkeys/options': async (world) => {
    const { name: identifier, cookie } = await enrolled(world);
    const body = { for: 'second_step', identifier, password };
    return { method: 'POST', path: '/auth/passkeys/options', body, headers: { cookie } };
  },
  'POST /auth/passkeys/register': async (world) => {
    const who = await enrolled(world, maxPasskeys - 1);
    const session = { method: 'POST', id: who.id };
    const path = '/auth/passkeys/options';
    const { text, cookie } = await world.preparing.cost({ ...session, path, body: { for: 'register' } });
    const response = who.authenticator.create(JSON.parse(text) as CreationOptions);
    const body = { name: 'The last', response };
    return { ...session, path: '/auth/passkeys/register', body, headers: { cookie } };
  },
  'POST /auth/passkeys/login': async (world) => {
    const who = await enrolled(world);
    const asked = { for: 'second_step', identifier: who.name, password };
    const sent = await answered(world, who, asked, { trust_browser: true });
    return { method: 'POST', path: '/auth/passkeys/login', ...sent };
  },
  'POST /auth/passkeys/confirm': async (world) => {
    const who = await enrolled(world);
    return {
      method: 'POST',
      path: '/auth/passkeys/confirm',
      ...(await answered(world, who, { for: 'confirm' })),
    };
  },
  'POST /auth/passkeys/:handle': inSession('POST', '', ({ passkey }) => ({
    path: `/auth/passkeys/${passkey}`,
    body: { name: 'Another name' },
  })),
  'DELETE /auth/passkeys/:handle': inSession('DELETE', '', ({ passkey }) => ({
    path: `/auth/passkeys/${passkey}`,
  })),
};
