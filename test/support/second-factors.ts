/** Second factors in a database that no server uses, written as a server would write them. */

import type { SecretBox } from '../../src/crypto/secret-box.ts';
import { openSecretBox } from '../../src/crypto/secret-key-file.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { AuditContext, FactorStores, Store } from '../../src/storage/port/port.ts';
import { inStore } from './moving.ts';

/** The box of the key in these settings, which is made beside a file if there is none. */
export async function boxOf(environment: Readonly<Record<string, string>>): Promise<SecretBox> {
  const box = await openSecretBox(readSettings(environment), {
    mayCreate: true,
    hasSealed: async () => false,
  });
  if ('refused' in box) throw new Error(box.because);
  return box;
}

/** Enrols an app for the account of each name, with its secret in the box. */
export function enrolApps(address: string, box: SecretBox, ...names: string[]): Promise<void> {
  return withAccounts(address, names, async ({ secondFactors }, userId) => {
    const totp = { sealed: box.seal('JBSWY3DPEHPK3PXP', userId), step: 1, at: noon };
    const codes = Array.from({ length: 10 }, (_, n) => hex(n));
    await secondFactors.enrolTotp(userId, totp, codes, contextOf('factor_add', 'totp'));
  });
}

/** Adds passkeys with these labels to an account. */
export function addPasskeys(address: string, name: string, ...labels: string[]): Promise<void> {
  return withAccounts(address, [name], async ({ passkeys }, userId) => {
    for (const [n, label] of labels.entries())
      await passkeys.add(
        {
          credentialId: `credential-${label}`,
          userId,
          handle: `passkey-${label}`,
          name: label,
          publicKey: 'public',
          counter: 0,
          transports: '',
          isSynced: true,
          createdAt: noon + n,
          lastUsedAt: null,
        },
        Array.from({ length: 10 }, (_, code) => hex(code)),
        20,
        contextOf('factor_add', 'passkey'),
      );
  });
}

/** Trusts a browser of an account from now on. */
export function trustBrowser(address: string, name: string, device: string, now = Date.now()): Promise<void> {
  return withAccounts(address, [name], async (_factors, userId, { browserTokens }) => {
    const token = {
      purpose: 'trusted_browser' as const,
      userId,
      handle: `browser-${device}`,
      details: { device, network: '192.0.2.1' },
      createdAt: now,
      expiresAt: now + 86_400_000,
    };
    await browserTokens.insert(hex(99), token, 20);
  });
}

/** Refuses so many codes of an account. */
export function failCodes(address: string, name: string, count: number): Promise<void> {
  return withAccounts(address, [name], async ({ secondFactors }, userId) => {
    const wrong = { matches: 'nothing' } as const;
    for (let n = 0; n < count; n += 1)
      await secondFactors.tryCode(userId, wrong, 100, contextOf('login', 'invalid_code'));
  });
}

/** An instant at which everything was enrolled. */
export const noon = Date.UTC(2026, 0, 2, 12);

const hex = (n: number) => n.toString(16).padStart(64, '0');

function contextOf(event: string, outcome: string): AuditContext {
  return { at: noon, event, outcome, contract: 'rest', network: '192.0.2.1', requestId: 'request' };
}

function withAccounts(
  address: string,
  names: readonly string[],
  work: (factors: FactorStores, userId: string, store: Store) => Promise<void>,
): Promise<void> {
  return inStore(address, async (store) => {
    const factors = await store.factors();
    for (const name of names) {
      const credential = await store.accounts.findCredential(name);
      if (!credential) throw new Error(`There is no ${name}.`);
      await work(factors, credential.userId, store);
    }
  });
}
