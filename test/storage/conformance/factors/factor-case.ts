/** What the cases of second factors are made of: tokens of browsers, authenticator apps, passkeys, and a user who has them. */

import type {
  BrowserToken,
  FactorState,
  FactorStores,
  NewTotp,
  Passkey,
  Store,
} from '../../../../src/storage/port/port.ts';
import { type ConformanceCase, context, hex, upTo } from '../case.ts';
import { ofJoe } from '../sessions.ts';

/** A case of the two stores that are loaded when they are needed, with a user. */
export function withFactors(
  title: string,
  body: (factors: FactorStores, joe: string, store: Store) => Promise<void>,
): ConformanceCase {
  return ofJoe(title, async (store, joe) => body(await store.factors(), joe, store));
}

/** A token of a browser whose public name follows from a number. */
export function browserToken(
  n: number,
  userId: string | null,
  changes: Partial<BrowserToken> = {},
): BrowserToken {
  return {
    purpose: 'trusted_browser',
    userId,
    handle: `token-${n}`,
    details: {},
    createdAt: 1_000 + n,
    expiresAt: 5_000,
    ...changes,
  };
}

/** Inserts tokens of a user, one for each number, under the hash of the number. */
export async function trust(
  { browserTokens }: Store,
  userId: string | null,
  numbers: readonly number[],
  changes: Partial<BrowserToken> = {},
): Promise<void> {
  for (const n of numbers) await browserTokens.insert(hex(n), browserToken(n, userId, changes), 100);
}

/** A passkey whose credential and public name follow from a number; the later the greater it is. */
export function passkey(n: number, userId: string, changes: Partial<Passkey> = {}): Passkey {
  return {
    credentialId: `credential-${n}`,
    userId,
    handle: `passkey-${n}`,
    name: `Key ${n}`,
    publicKey: `public-${n}`,
    counter: 0,
    transports: 'internal,hybrid',
    isSynced: true,
    createdAt: 2_000 + n,
    lastUsedAt: null,
    ...changes,
  };
}

/** The hashes of ten recovery codes, which differ from those of another set. */
export const codes = (set: number) => upTo(10).map((n) => hex(1_000 * set + n));

/** Why a factor is added: an audit context whose outcome is its kind. */
export const adding = (outcome: string) => context('factor_add', { outcome });
export const removing = (outcome: string) => context('factor_remove', { outcome });

export const app: NewTotp = { sealed: 'v1.key.sealed', step: 100, at: 1_500 };

/** Enrols an authenticator app with the recovery codes of set 1. */
export const enrol = ({ secondFactors }: FactorStores, userId: string, changes: Partial<NewTotp> = {}) =>
  secondFactors.enrolTotp(userId, { ...app, ...changes }, codes(1), adding('totp'));

/** Adds passkey n with the recovery codes of set 2. */
export const add = ({ passkeys }: FactorStores, n: number, userId: string, changes: Partial<Passkey> = {}) =>
  passkeys.add(passkey(n, userId, changes), codes(2), 20, adding('passkey'));

/** The state of a user in one form, whatever the engine. */
export async function stateOf(
  { secondFactors }: FactorStores,
  userId: string,
): Promise<FactorState | undefined> {
  const state = await secondFactors.find(userId);
  return state && { ...state, totp: state.totp && { ...state.totp } };
}

/** Whether a recovery code is accepted; it is used up by this. */
export async function isRecoveryCode(
  { secondFactors }: FactorStores,
  userId: string,
  recoveryHash: string,
): Promise<boolean> {
  const used = context('recovery_code_used');
  return (await secondFactors.tryCode(userId, { recoveryHash }, 100, used)) === 'accepted';
}

export const hasFactor = async ({ accounts }: Store, userId: string) =>
  (await accounts.findCredentialOf(userId))?.hasSecondFactor;

/** How many tokens of a purpose a user has. */
export const countOf = async (
  { browserTokens }: Store,
  userId: string,
  purpose: BrowserToken['purpose'] = 'trusted_browser',
) => (await browserTokens.ofUser(userId, purpose, 999)).length;
