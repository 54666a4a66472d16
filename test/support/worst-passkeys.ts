/** The worst legal requests of the routes of passkeys, of a person who has 20 of them, and what they may cost. */

import { newHandle, newToken } from '../../src/crypto/ids.ts';
import type { Asked, CountedServer } from './counted-server.ts';
import {
  type CreationOptions,
  type RequestOptions,
  SoftwareAuthenticator,
} from './software-authenticator.ts';
import type { World } from './worst-requests.ts';

const password = 'supersecure';
const origin = 'https://app.example.com';
const optionsPath = '/auth/passkeys/options';

/** A person with 20 passkeys, one of them in an authenticator. */
async function keeper({ anew, preparing }: World, others = 19) {
  const { name, userId, id, cookie } = await anew(`${newToken()}@example.com`);
  const authenticator = new SoftwareAuthenticator({ origin });
  const { passkeys } = await preparing.store.factors();
  const context = {
    at: 0,
    event: 'factor_add',
    outcome: 'passkey',
    contract: '',
    network: '',
    requestId: '',
  };
  for (let count = 0; count < others; count += 1) {
    const [credentialId, handle] = [newToken(), newHandle()];
    const keys = { publicKey: 'x', counter: 0, transports: '', isSynced: false };
    const passkey = { credentialId, userId, handle, name, ...keys, createdAt: 0, lastUsedAt: null };
    await passkeys.add(passkey, [], 20, context);
  }
  // The factors are older than what confirmed the session.
  const asked = await ask<CreationOptions>(preparing, { for: 'register' }, { id, headers: { cookie } });
  const response = authenticator.create(asked.options);
  const body = { name: 'Key', response };
  const path = '/auth/passkeys/register';
  const added = await preparing.cost({ method: 'POST', path, id, body, headers: { cookie: asked.cookie } });
  const { passkey, session_id } = JSON.parse(added.text);
  return { name, id: String(session_id), handle: String(passkey.handle), cookie, authenticator };
}

/** Asks for options; the cookie has what the browser had before, and the new challenge. */
async function ask<Options>(
  server: CountedServer,
  body: Readonly<Record<string, unknown>>,
  more: Partial<Asked>,
): Promise<{ readonly options: Options; readonly cookie: string }> {
  const { text, cookie } = await server.cost({ method: 'POST', path: optionsPath, body, ...more });
  return { options: JSON.parse(text), cookie: [more.headers?.['cookie'], cookie].filter(Boolean).join('; ') };
}

export const passkeyRequests: Readonly<Record<string, (world: World) => Promise<Asked>>> = {
  'POST /auth/passkeys/options': async (world) => {
    const { name, cookie } = await keeper(world);
    const body = { for: 'second_step', identifier: name, password };
    return { method: 'POST', path: optionsPath, body, headers: { cookie } };
  },
  'POST /auth/passkeys/register': async (world) => {
    const { id, cookie, authenticator } = await keeper(world, 18);
    const asked = await ask<CreationOptions>(
      world.preparing,
      { for: 'register' },
      { id, headers: { cookie } },
    );
    const body = { name: 'Another', response: authenticator.create(asked.options) };
    return {
      method: 'POST',
      path: '/auth/passkeys/register',
      id,
      body,
      headers: { cookie: asked.cookie },
    };
  },
  'POST /auth/passkeys/login': async (world) => {
    const { name, cookie, authenticator } = await keeper(world);
    const secondStep = { for: 'second_step', identifier: name, password };
    const asked = await ask<RequestOptions>(world.preparing, secondStep, { headers: { cookie } });
    const body = { response: authenticator.get(asked.options), trust_browser: true };
    return { method: 'POST', path: '/auth/passkeys/login', body, headers: { cookie: asked.cookie } };
  },
  'POST /auth/passkeys/confirm': async (world) => {
    const { id, cookie, authenticator } = await keeper(world);
    const asked = await ask<RequestOptions>(world.preparing, { for: 'confirm' }, { id, headers: { cookie } });
    const body = { response: authenticator.get(asked.options) };
    return {
      method: 'POST',
      path: '/auth/passkeys/confirm',
      id,
      body,
      headers: { cookie: asked.cookie },
    };
  },
  'POST /auth/passkeys/:handle': async (world) => {
    const { id, handle } = await keeper(world);
    return { method: 'POST', path: `/auth/passkeys/${handle}`, id, body: { name: 'Phone' } };
  },
  'DELETE /auth/passkeys/:handle': async (world) => {
    const { id, handle } = await keeper(world);
    return { method: 'DELETE', path: `/auth/passkeys/${handle}`, id };
  },
};

/** A check of the session, which was used last more than a minute ago. */
const signedIn = ['sessions.findWithUser', 'sessions.touch'];

const mayChange = [...signedIn, 'secondFactors.find'];

const notice = ['accounts.findUser', 'mails.enqueue'];

/** The sign-in that waits for its second step. */
const pending = ['browserTokens.find 1', 'accounts.findCredentialOf'];

const used = ['passkeys.find', 'passkeys.use'];

/** What each may cost, as in the table of all routes. */
export const passkeyBounds = {
  'POST /auth/passkeys/options': {
    rows: 20,
    writes: 2,
    calls: [
      'devices.findKnown 8',
      'throttle.take 2',
      'accounts.findCredential',
      'accounts.replaceHash',
      'audit.append',
      'browserTokens.insert',
      ...pending,
      'passkeys.ofUser',
      'browserTokens.insert',
    ],
  },
  'POST /auth/passkeys/register': {
    rows: 1,
    writes: 20,
    calls: [...mayChange, 'browserTokens.take', 'passkeys.add 10', ...notice, 'sessions.prove'],
  },
  'POST /auth/passkeys/login': {
    rows: 1,
    writes: 402,
    calls: [
      'throttle.take 1',
      // One of each purpose that the challenge may have.
      ...['browserTokens.take', 'browserTokens.take'],
      'throttle.refund 1',
      ...pending,
      'devices.findKnown 8',
      'throttle.take 2',
      ...used,
      // The browser is trusted from now on.
      ...['browserTokens.insert', 'audit.append'],
      'browserTokens.take',
      'throttle.refund 2',
      'sessions.insert',
      'accounts.findCredentialOf',
      ...['devices.any', 'devices.remember', 'devices.remember', ...notice],
    ],
  },
  'POST /auth/passkeys/confirm': {
    rows: 1,
    writes: 2,
    calls: [
      ...signedIn,
      'throttle.take 1',
      'browserTokens.take',
      ...used,
      'throttle.refund 1',
      'sessions.prove',
    ],
  },
  'POST /auth/passkeys/:handle': { rows: 1, writes: 1, calls: [...mayChange, 'passkeys.rename'] },
  'DELETE /auth/passkeys/:handle': {
    rows: 1,
    writes: 1,
    calls: [...mayChange, 'passkeys.remove', ...notice],
  },
};
