/** Passkeys over a real store, with two people who have accounts. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type PasskeyOptions, Passkeys } from '../../src/concepts/factors/passkeys.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { RelyingParty } from '../../src/settings/factors/relying-party.ts';
import type { AuditContext } from '../../src/storage/port/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from './server.ts';
import {
  type CreationOptions,
  type RequestOptions,
  SoftwareAuthenticator,
} from './software-authenticator.ts';

export const now = 1_000_000;
export const origin = 'https://auth.example.com';
export const party: RelyingParty = { id: 'example.com', name: 'Example', origins: [origin] };
export const joe = { id: 'joe', identifier: 'joe@example.com' };
export const ann = { id: 'ann', identifier: 'ann@example.com' };

/** Challenges as a caller makes them. */
export async function newChallenge(): Promise<string> {
  return randomBytes(32).toString('base64url');
}

export const invalid = { refused: 'invalid_passkey' };

export const context: AuditContext = {
  at: now,
  event: 'factor_add',
  outcome: 'passkey',
  contract: 'rest',
  network: '127.0.0.1',
  requestId: 'r',
};

/** The options as a browser reads them. */
export type Options<Kind> = Kind & PasskeyOptions;

export async function setUp() {
  const store = openSqliteStore(join(temporaryFolder(), 'gatehouse.db'), digest);
  onTestFinished(() => store.close());
  for (const { id, identifier } of [joe, ann]) {
    const account = { identifier, canonical: identifier, passwordHash: '', createdAt: now, email: '' };
    await store.accounts.create({ userId: id, ...account });
  }
  const factors = await store.factors();
  const passkeys = new Passkeys(factors.passkeys, party);
  return { store, factors, passkeys, ...people(passkeys) };
}

function people(passkeys: Passkeys) {
  async function creation(user = joe) {
    return optionsOf<CreationOptions>(await passkeys.registrationOptions(user, newChallenge));
  }

  /** Adds an answer to a registration. */
  function add(answer: unknown, { challenge }: PasskeyOptions, user = joe, name = 'Key') {
    const hashes = [digest(`code of ${user.id}`)];
    const asked = { name, device: 'Firefox on Linux', answer, challenge, recoveryHashes: hashes };
    return passkeys.add(user.id, asked, now, context);
  }

  async function register(authenticator: SoftwareAuthenticator, user = joe, name = 'Key') {
    const options = await creation(user);
    const added = await add(authenticator.create(options), options, user, name);
    if ('refused' in added) throw new Error(`refused: ${added.refused}`);
    return added;
  }

  async function signIn() {
    return optionsOf<RequestOptions>(await passkeys.signInOptions(newChallenge));
  }

  /** Verifies an answer of a passkey that stands alone. */
  function verify(answer: unknown, { challenge }: PasskeyOptions) {
    return passkeys.verify(answer, { challenge, userId: undefined, isAlone: true }, now);
  }

  return { creation, add, register, signIn, verify };
}

/** A scene in which Joe has a passkey. */
export async function withPasskey() {
  const scene = await setUp();
  const authenticator = new SoftwareAuthenticator({ origin });
  await scene.register(authenticator);
  return { ...scene, authenticator };
}

export function optionsOf<Kind>(outcome: PasskeyOptions | { readonly refused: string }): Options<Kind> {
  if ('refused' in outcome) throw new Error(`refused: ${outcome.refused}`);
  return outcome as Options<Kind>;
}
