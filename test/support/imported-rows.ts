/** Rows of imports in every state they may be in, for a database that is to be moved. */

import { digest } from '../../src/crypto/ids.ts';
import type { AccountToImport } from '../../src/storage/port/port.ts';
import { context, inStore, sessionOf } from './moving.ts';

/** Accounts of another system: with a session, one that has ended, under no name, and one that was removed. */
export async function fillImports(address: string, now = Date.now()): Promise<void> {
  await inStore(address, async (store) => {
    const imports = await store.imports();
    const run = { source: 'origin', at: now, onConflict: 'report', isDryRun: false } as const;
    const named = { ...importedAccount('hal'), createdAt: -1 };
    const accounts = [named, importedAccount('Hal', 'hal'), importedAccount('ida'), importedAccount('jon')];
    await imports.writeAccounts(accounts, run, context('import', now));
    const sessions = ['hal', 'Hal', 'ida'].map((name) => ({
      ...sessionOf(`id-${name}`, `brought-${name}`, now),
      idHash: digest(`brought of ${name}`),
    }));
    await imports.writeSessions(sessions, run);
    await store.sessions.remove([digest('brought of ida')], context('logout', now));
    await store.accounts.replaceHash('id-ida', 'imported hash of ida', 'made here');
    await store.accounts.remove('id-jon', 99, context('account_delete', now));
  });
}

function importedAccount(name: string, canonical = name): AccountToImport {
  const passwordHash = `imported hash of ${name}`;
  return {
    ...{ userId: `id-${name}`, identifier: name, canonical },
    ...{ passwordHash, hashKind: 'bcrypt 10', fingerprint: digest(passwordHash) },
    ...{ email: null, emailVerifiedAt: null, createdAt: 1_000, disabledAt: null },
    ...{ factors: null, factorsFingerprint: null, devices: [], trustedBrowsers: [] },
  };
}
