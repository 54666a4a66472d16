/** Places a database can be moved between, something of every kind to move, and a look at what is there. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../../src/crypto/ids.ts';
import type { AuditContext, NewMail, Session, Store } from '../../src/storage/port/port.ts';
import { openPostgresStore } from '../../src/storage/postgres/store.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { add, codes, enrol, isRecoveryCode, trust } from '../storage/conformance/factors/factor-case.ts';
import { command, type Said } from './command.ts';
import { query } from './database.ts';
import { optionsOf } from './postgres/options.ts';
import { sharedPostgres } from './postgres.ts';
import { temporaryFolder } from './server.ts';

/** Where a database may be; what is made is gone at the end of the test. */
export const places = {
  sqlite: async () => `file:${join(temporaryFolder(), 'gatehouse.db')}`,
  postgres: async () => (await sharedPostgres()).createDatabase(),
} as const;

export type Place = keyof typeof places;

/** The file of an address. */
export const fileOf = (address: string) => address.slice('file:'.length);

/** Runs `gatehouse migrate`. */
export function move(
  from: string,
  to: string,
  words: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Said> {
  // Addresses of PostgreSQL hold passwords, which no command line takes.
  return command(['migrate', '--from', 'env:FROM', '--to', 'env:TO', ...words], {
    file: 'unused.db',
    environment: { FROM: from, TO: to, ...environment },
  });
}

/** Runs it with success, and returns its answer. */
export async function moved(from: string, to: string, ...words: string[]): Promise<Record<string, unknown>> {
  const said = await move(from, to, [...words, '--json']);
  if (said.code !== 0) throw new Error(`It ended with ${said.code}: ${said.stderr}`);
  return said.json[0] ?? {};
}

export async function openStore(address: string): Promise<Store> {
  if (address.startsWith('file:')) return openSqliteStore(fileOf(address), digest);
  return (await openPostgresStore(optionsOf(address))).store;
}

/** Does something in a store, and closes it. */
export async function inStore<Result>(
  address: string,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(address);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const ofFactors = ['second_factors', 'recovery_codes', 'passkeys', 'browser_tokens'] as const;

const ofImports = ['imported_accounts', 'imported_sessions', 'imported_removed', 'import_key'] as const;

const tables = [
  'users',
  'auth',
  'sessions',
  'ended',
  'tokens',
  'invitations',
  'devices',
  ...ofFactors,
  ...ofImports,
  'throttle',
  'mails',
  'audit',
  'audit_ends',
] as const;

/** Another place with the same in it, byte for byte; nothing else may use the first one meanwhile. */
export async function cloned(address: string): Promise<string> {
  if (address.startsWith('file:')) {
    const copy = await places.sqlite();
    writeFileSync(fileOf(copy), readFileSync(fileOf(address)), { mode: 0o600 });
    return copy;
  }
  const [postgres, name] = [await sharedPostgres(), new URL(address).pathname.slice(1)];
  await postgres.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [
    name,
  ]);
  return postgres.createDatabase(name);
}

/** All rows of all tables that every engine has, in a form and an order that do not depend on the engine. */
export async function everythingAt(address: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of tables) {
    const rows = await query({ database: address }, `SELECT * FROM ${table}`);
    found[table] = rows.map(inOneForm).sort();
  }
  return found;
}

function inOneForm(row: Record<string, unknown>): string {
  const details = row['details'];
  const read = typeof details === 'string' ? JSON.parse(details) : details;
  const values = { ...row, ...(details !== undefined && { details: JSON.stringify(sorted(read)) }) };
  return JSON.stringify(sorted(values));
}

const sorted = (values: object) =>
  Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));

const hash = (text: string) => digest(text);

/** Fills a database with something of every kind, in every state it may be in. */
export async function fill(address: string, now = Date.now()): Promise<void> {
  await inStore(address, async (store) => {
    for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve']) await fillAccount(store, name, now);
    await store.accounts.verifyEmail('id-ada', 'ada@example.com', now, context('email_verify', now));
    await store.accounts.setDisabled('id-bob', now, context('account_disable', now));
    await enrol(await store.factors(), 'id-eve');
    await store.accounts.remove('id-eve', 99, context('account_delete', now));
    await store.accounts.replaceHash('id-cyd', 'hash of cyd', 'another "hash" \\ of {cyd}');
    await fillMails(store, now);
    await fillFactors(store, now);
    for (const name of ['fay', 'gil'])
      await store.invitations.put(
        hash(`invitation of ${name}`),
        { canonical: `${name}@example.com`, userId: `id-${name}`, expiresAt: now + 60_000 },
        context('invite', now),
      );
    for (let n = 0; n < 12; n += 1) {
      const quotas = [{ key: hash(`count ${n % 3}`), limit: 100, windowMs: 900_000 }];
      await store.throttle.take(quotas, now);
    }
    // The oldest entries are gone: the chain starts behind them.
    await store.audit.sweep(now - 3_000, 3);
  });
  // Only one of the two records is left (ruling R2).
  await query({ database: address }, `DELETE FROM users WHERE id = 'id-dan'`);
  for (const table of ['sessions', 'devices', 'tokens', ...ofFactors])
    await query({ database: address }, `DELETE FROM ${table} WHERE user_id = 'id-dan'`);
}

async function fillAccount({ accounts, sessions, devices, tokens }: Store, name: string, now: number) {
  const userId = `id-${name}`;
  const email = name === 'bob' ? null : `${name}@example.com`;
  await accounts.create(
    {
      userId,
      identifier: name.toUpperCase(),
      canonical: name,
      passwordHash: `hash of ${name}`,
      createdAt: now - 10_000,
      email,
    },
    context('register', now - 4_000),
  );
  const begin = (label: string, change: Partial<Session> = {}) =>
    sessions.insert(
      hash(`${label} of ${name}`),
      { ...sessionOf(userId, `${label}-${name}`, now), ...change },
      context('login', now),
    );
  await begin('live');
  await begin('dead', { idleExpiresAt: now - 1 });
  await begin('odd', { device: `'"\\{},\t\n\u{1f600}\u{10ffff}\u0001 ${name}`, network: '' });
  await begin('over');
  await sessions.remove([hash(`over of ${name}`)], context('logout', now));
  await begin('turned');
  await sessions.rotate(hash(`turned of ${name}`), hash(`new of ${name}`), context('confirm', now));
  await sessions.prove(hash(`new of ${name}`), hash(`newer of ${name}`), now + 5, context('confirm', now));
  for (const device of ['one', 'two']) await devices.remember(hash(device), userId, now - 7);
  await tokens.insert(hash(`token of ${name}`), {
    userId,
    purpose: 'reset_password',
    email: `${name}@example.com`,
    expiresAt: now + 60_000,
  });
}

async function fillMails({ mails }: Store, now: number): Promise<void> {
  const mail: NewMail = {
    kind: 'password_changed',
    userId: 'id-ada',
    recipient: 'Ada@example.com',
    details: { zeta: '"quoted" \\u0000 \\', alpha: '\u{1f600}', '': 'nameless' },
    createdAt: now,
  };
  for (let n = 0; n < 4; n += 1) await mails.enqueue(mail, { windows: [{ max: 100, windowMs: 1 }] });
  const [first, second, third] = await mails.due({ now, latest: Number.MAX_SAFE_INTEGER }, 3);
  if (!first || !second || !third) throw new Error('There are no mails.');
  await mails.sent(first.id, now);
  await mails.failed(second.id, null);
  await mails.failed(third.id, now + 3_600_000);
}

/** An app and a passkey, a used recovery code, a refused one, and tokens of browsers with a user and without. */
async function fillFactors(store: Store, now: number): Promise<void> {
  const factors = await store.factors();
  for (const name of ['ada', 'cyd', 'dan']) await enrol(factors, `id-${name}`, { at: now });
  for (const [n, name] of ['ada', 'ada', 'bob'].entries())
    await add(factors, n, `id-${name}`, { name: `'"\\{} \u{1f511} ${n}`, counter: n * 4_294_967_295 });
  await isRecoveryCode(factors, 'id-ada', codes(2)[0] ?? '');
  await isRecoveryCode(factors, 'id-cyd', hash('no code'));
  await factors.passkeys.use({ credentialId: 'credential-2', counter: 2 ** 33, isSynced: false, at: now });
  const details = { challenge: '"\\', name: '' };
  await trust(store, 'id-ada', [1, 2], { createdAt: now, expiresAt: now + 60_000 });
  await trust(store, null, [3], { purpose: 'passkey_sign_in', details, expiresAt: now + 60_000 });
}

export function sessionOf(userId: string, handle: string, now: number): Session {
  return {
    handle,
    userId,
    contract: 'rest',
    createdAt: now,
    lastSeenAt: now,
    idleExpiresAt: now + 60_000,
    expiresAt: now + 600_000,
    provenAt: now,
    network: '192.0.2.0/24',
    device: 'Firefox on Linux',
  };
}

export function context(event: string, at: number): AuditContext {
  return { at, event, outcome: 'ok', contract: 'rest', network: '::1/64', requestId: `request of ${event}` };
}
