/** The tables of a SQLite file: strict, complete, and brought from every earlier version of the schema to the latest. */

import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { applicationId, migrations } from '../../../src/storage/sqlite/schema.ts';
import { freshPath, openStore, otherConnection, ownConnection } from '../../support/sqlite.ts';
import { account, findSession, hex, session } from '../conformance/case.ts';
import { enrol, stateOf } from '../conformance/factors/factor-case.ts';
import { imported, write } from '../conformance/imports/import-case.ts';

const beside = 'throttle audit audit_ends tokens mails devices ended invitations revocations'.split(' ');
const ofFactors = 'second_factors recovery_codes passkeys browser_tokens'.split(' ');
const ofImports = 'imported_accounts imported_sessions imported_removed import_key'.split(' ');

test('the tables are the three of ruling G2 and those beside them, and they are strict', () => {
  const db = ownConnection();
  const own = db
    .prepare('PRAGMA table_list')
    .all()
    .filter(({ name }) => !String(name).startsWith('sqlite_'));
  const named = ['auth', 'users', 'sessions', ...beside, ...ofFactors, ...ofImports];
  expect(own.map(({ name }) => name).toSorted()).toEqual(named.toSorted());
  expect(own.map(({ strict }) => strict)).toEqual(own.map(() => 1));
  expect(() => db.exec("INSERT INTO users (id, created_at) VALUES ('a', 'yesterday')")).toThrow(
    'cannot store TEXT value',
  );
  expect(() => db.exec("INSERT INTO throttle VALUES (x'00', 1, 1)")).toThrow('CHECK constraint failed');
});

test('a file of version 1 keeps its accounts and sessions, and gets the tables of second factors', async () => {
  const file = freshPath();
  const old = new DatabaseSync(file);
  old.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
    ${migrations[0]};
    INSERT INTO users (id, created_at) VALUES ('id-of-joe', 1000);
    INSERT INTO auth VALUES ('joe', 'joe', 'id-of-joe', 'hash of joe');
    INSERT INTO sessions VALUES (unhex('${hex(1)}'), 'handle-1', 'id-of-joe', 'rest', 1000, 1000, 5000, 9000, 1000,
      '192.0.2.1', 'Firefox on Linux')`);
  old.close();
  const store = openStore(file);
  expect(await store.accounts.findCredential('joe')).toMatchObject({ hasUser: true, hasSecondFactor: false });
  expect({ ...(await findSession(store.sessions, hex(1))) }).toEqual(session(1, 'id-of-joe'));
  const factors = await store.factors();
  expect(await enrol(factors, 'id-of-joe')).toBe('enrolled');
  expect(await stateOf(factors, 'id-of-joe')).toMatchObject({ recoveryCodes: 10 });
  await store.ping();
});

test('a file of version 2 keeps its second factors, and gets the tables of imports', async () => {
  const file = freshPath();
  const old = new DatabaseSync(file);
  old.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}; PRAGMA user_version = 2;
    ${migrations.slice(0, 2).join('\n')}
    INSERT INTO users (id, created_at) VALUES ('id-of-joe', 1000);
    INSERT INTO auth VALUES ('joe', 'joe', 'id-of-joe', 'hash of joe');
    INSERT INTO second_factors VALUES ('id-of-joe', 1000, 'v1.key.sealed', 1000, 1, 0)`);
  old.close();
  const store = openStore(file);
  expect(await store.accounts.findCredential('joe')).toMatchObject({ hasUser: true, hasSecondFactor: true });
  expect(await store.importKey()).toBeUndefined();
  const imports = await store.imports();
  expect(await write(imports, [imported('Joe'), imported('ann')])).toEqual(['parked id-of-joe', 'imported']);
  expect(await store.importKey()).toMatch(/^[0-9a-f]{64}$/);
  await store.ping();
});

test('a hash that is changed by hand is not the one of the origin any more (I4)', async () => {
  const store = openStore();
  const imports = await store.imports();
  await write(imports, [imported('joe')]);
  otherConnection(store.file).exec(`UPDATE auth SET password_hash = 'by hand'`);
  const newer = imported('joe', { passwordHash: '$2b$10$newer' });
  expect(await write(imports, [newer])).toEqual(['kept_newer_hash']);
});

test('the kinds of hash are found by an index, however many accounts have been imported (I5)', async () => {
  const db = ownConnection();
  const planOf = (sql: string) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .join('; ');
  const kinds = 'SELECT name_form, hash_kind FROM imported_accounts WHERE';
  for (const [sql, how] of [
    [`${kinds} name_form > 'a' ORDER BY name_form, hash_kind LIMIT 1`, '(name_form>?)'],
    [
      `${kinds} name_form = 'a' AND hash_kind > 'b' ORDER BY hash_kind LIMIT 1`,
      '(name_form=? AND hash_kind>?)',
    ],
    [
      `${kinds} name_form = 'a' AND hash_kind = 'b' ORDER BY sample_key LIMIT 9`,
      '(name_form=? AND hash_kind=?)',
    ],
  ] as const)
    expect(planOf(sql), sql).toBe(
      `SEARCH imported_accounts USING COVERING INDEX imported_accounts_by_kind ${how}`,
    );
});

test('an authenticator app has a secret, an instant and a step, or none of them', async () => {
  const store = openStore();
  await store.accounts.create(account('joe'));
  await enrol(await store.factors(), 'id-of-joe');
  const db = otherConnection(store.file);
  for (const column of ['totp_secret', 'totp_enrolled_at', 'totp_step'])
    expect(() => db.exec(`UPDATE second_factors SET ${column} = NULL`)).toThrow('CHECK constraint failed');
});

test('what is asked of second factors is found by an index, however many users have some', async () => {
  const store = openStore();
  await store.factors();
  const db = otherConnection(store.file);
  const planOf = (sql: string) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .join('; ');
  for (const [sql, index] of [
    ["SELECT user_id FROM second_factors WHERE totp_secret < 'v1.' LIMIT 9", 'second_factors_by_secret'],
    ["SELECT * FROM passkeys WHERE user_id = 'a' ORDER BY created_at, handle", 'passkeys_by_user'],
    [
      `SELECT * FROM browser_tokens WHERE user_id = 'a' AND purpose = 'b' ORDER BY created_at DESC, handle DESC`,
      'browser_tokens_by_user',
    ],
    ['SELECT * FROM browser_tokens WHERE expires_at <= 1 ORDER BY expires_at', 'browser_tokens_by_expiry'],
  ] as const) {
    expect(planOf(sql), sql).toContain(`INDEX ${index} (`);
    expect(planOf(sql), sql).not.toContain('TEMP B-TREE');
  }
  const login = `SELECT EXISTS (SELECT 1 FROM second_factors WHERE second_factors.user_id = auth.user_id)
    FROM auth LEFT JOIN users ON users.id = auth.user_id WHERE canonical = 'joe'`;
  expect(planOf(login)).not.toContain('SCAN second_factors');
});
