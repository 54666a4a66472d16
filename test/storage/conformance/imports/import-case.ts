/** What the cases of imports are made of: accounts and sessions of another system, and runs of the command. */

import assert from 'node:assert/strict';
import {
  type AccountOutcome,
  type AccountToImport,
  type FactorsToImport,
  type ImportRun,
  type ImportStore,
  parkedForm,
  type SessionOutcome,
  type SessionToImport,
  type Store,
} from '../../../../src/storage/port/port.ts';
import { type ConformanceCase, context, hex, over, type StoreFixture, session } from '../case.ts';
import { codes, passkey } from '../factors/factor-case.ts';

/** A run of the command; what came from one source is known to later runs of it. */
export function run(changes: Partial<ImportRun> = {}): ImportRun {
  return { source: 'origin', at: 2_000, onConflict: 'report', isDryRun: false, ...changes };
}

/** An account of the origin. Its user id, its hash and its kind of hash follow from its name. */
export function imported(name: string, changes: Partial<AccountToImport> = {}): AccountToImport {
  const passwordHash = changes.passwordHash ?? `$2b$10$hash of ${name}`;
  return {
    userId: `id-of-${name}`,
    identifier: name,
    canonical: name.toLowerCase(),
    passwordHash,
    hashKind: 'bcrypt 10',
    fingerprint: fingerprint(passwordHash),
    email: null,
    emailVerifiedAt: null,
    createdAt: 500,
    disabledAt: null,
    factors: null,
    factorsFingerprint: null,
    devices: [],
    trustedBrowsers: [],
    ...changes,
  };
}

/** Differs where the texts differ, which is all that the store asks of it. */
export function fingerprint(text: string): string {
  return Buffer.from(text).toString('hex').slice(-64).padStart(64, '0');
}

/** Session n of an account of the origin. */
export function broughtSession(
  n: number,
  name: string,
  changes: Partial<SessionToImport> = {},
): SessionToImport {
  return { idHash: hex(n), ...session(n, `id-of-${name}`, { contract: 'import' }), ...changes };
}

/** An authenticator app, a passkey and ten recovery codes. */
export function ownFactors(n: number, changes: Partial<FactorsToImport> = {}): FactorsToImport {
  const { userId: _, ...key } = passkey(n, '');
  const totp = { sealed: `v1.key.sealed ${n}`, lastStep: 70, enrolledAt: 700 };
  return { since: 600, totp, failures: 3, recoveryHashes: codes(n), passkeys: [key], ...changes };
}

/** The context of an import; the store adds what became of each account. */
export const why = context('import');

/** A case of the store of imports. */
export function withImports(
  title: string,
  body: (imports: ImportStore, store: Store, ground: StoreFixture) => Promise<void>,
): ConformanceCase {
  return over(title, async (store, ground) => body(await store.imports(), store, ground));
}

/** What became of accounts, in a word each, with what belongs to it. */
export async function write(
  imports: ImportStore,
  accounts: readonly AccountToImport[],
  changes: Partial<ImportRun> = {},
): Promise<string[]> {
  return (await imports.writeAccounts(accounts, run(changes), why)).map(wordsOf);
}

function wordsOf(outcome: AccountOutcome): string {
  const { outcome: word, ...rest } = outcome;
  return [word, ...Object.values(rest)].join(' ');
}

export async function writeSessions(
  imports: ImportStore,
  sessions: readonly SessionToImport[],
  changes: Partial<ImportRun> = {},
): Promise<SessionOutcome[]> {
  return [...(await imports.writeSessions(sessions, run(changes)))];
}

/** The user who is found under a name; `undefined` if none is. */
export async function holder(store: Store, canonical: string): Promise<string | undefined> {
  return (await store.accounts.findCredential(canonical))?.userId;
}

/** Whether an account waits under no name. */
export async function isParked(store: Store, name: string): Promise<boolean> {
  const userId = `id-of-${name}`;
  const isNamed = (await holder(store, name.toLowerCase())) === userId;
  const credential = await store.accounts.findCredential(parkedForm(userId));
  return !isNamed && credential?.userId === userId;
}

/** The name, the address and the state of a user. */
export async function userOf(store: Store, name = 'joe') {
  const user = await store.accounts.findUser(`id-of-${name}`);
  return [user?.identifier, user?.email, user?.emailVerifiedAt, user?.disabledAt];
}

/** Imports joe as the origin has him now, and asserts what became of him; the same again must say `again`. */
export async function follows(
  imports: ImportStore,
  changes: Partial<AccountToImport>,
  said: string,
  again = 'unchanged',
  run: Partial<ImportRun> = {},
): Promise<void> {
  const joe = imported('joe', changes);
  assert.deepEqual(await write(imports, [joe], { ...run, isDryRun: true }), [said], 'in a dry run');
  assert.deepEqual(await write(imports, [joe], run), [said]);
  assert.deepEqual(await write(imports, [joe], run), [again], 'again');
}
