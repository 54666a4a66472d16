/** What comes out of the databases of better-auth; test/cli/import-better-auth.test.ts has databases that it made itself. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { betterAuth } from '../../../../src/maintenance/import/formats/better-auth.ts';
import { temporaryFolder } from '../../../support/server.ts';
import { fileOf } from '../reading/files.ts';
import { idHash, records } from './records.ts';

const hash = `${'0'.repeat(32)}:${'1'.repeat(128)}`;
const token = 'AbcdefghijklmnopqrstuvwxyZ012345';
const at = '2026-01-02T03:04:05.678Z';

/** A SQLite file with the tables that better-auth 1.7 makes, and what statements add. */
function sqliteFile(statements: string) {
  const path = join(temporaryFolder(), 'auth.db');
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE "user" ("id" text not null primary key, "name" text not null, "email" text not null unique,
      "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null,
      "username" text unique, "displayUsername" text, "banned" integer, "banExpires" date, "twoFactorEnabled" integer);
    CREATE TABLE "session" ("id" text not null primary key, "expiresAt" date not null, "token" text not null unique,
      "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null,
      "impersonatedBy" text);
    CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null,
      "userId" text not null, "accessToken" text, "password" text, "createdAt" date, "updatedAt" date);
    ${statements}`);
  return { ...fileOf('SQLite format 3\0', path), path };
}

const ada = `INSERT INTO user VALUES ('u1', 'Ada', 'ada@example.com', 1, NULL, '${at}', '${at}', 'ada', 'Ada', NULL, NULL, NULL);
  INSERT INTO account VALUES ('a1', 'u1', 'credential', 'u1', NULL, '${hash}', '${at}', '${at}');
  INSERT INTO account VALUES ('a2', '42', 'github', 'u1', 'token', NULL, '${at}', '${at}');
  INSERT INTO session VALUES ('s1', '2026-01-09T03:04:05.678Z', '${token}', '${at}', '${at}', '', '', 'u1', NULL);`;

test('ruling I1: users, their password hash and their sessions are read from its SQLite file', async () => {
  const file = sqliteFile(ada);
  const instant = Date.parse(at);
  const found = await records(betterAuth, [file]);
  expect(found).toMatchObject([
    {
      kind: 'session',
      userId: 'u1',
      idHash: idHash(token),
      createdAt: instant,
      lastSeenAt: instant,
      idleExpiresAt: instant + 604_800_000,
    },
    {
      kind: 'account',
      userId: 'u1',
      identifier: 'ada@example.com',
      email: 'ada@example.com',
      isEmailVerified: true,
      createdAt: instant,
      passwordHash: expect.stringMatching(/scrypt/),
    },
  ]);
  expect(found.map((record) => record['at'])).toEqual([`${file.path}:session:1`, `${file.path}:user:1`]);
  expect(found).toHaveLength(2);
  expect((await records(betterAuth, [file], { identifier: 'username' }))[1]).toMatchObject({
    identifier: 'Ada',
  });
});

test('an account that would lose its second factor is only imported when the operator says so', async () => {
  const file = sqliteFile(`${ada} UPDATE user SET twoFactorEnabled = 1;`);
  expect((await records(betterAuth, [file])).at(-1)).toMatchObject({
    of: 'account',
    reason: 'second_factor',
  });
  expect(
    (await records(betterAuth, [file], { parameters: { secondFactors: 'leave' } })).slice(1),
  ).toMatchObject([
    { kind: 'account', userId: 'u1' },
    { of: 'part', reason: 'second_factor' },
  ]);
});

test('a ban disables an account until it ends', async () => {
  const disabled = async (end: string) => {
    const file = sqliteFile(`${ada} UPDATE user SET banned = 1, banExpires = ${end};`);
    return (await records(betterAuth, [file], { at: Date.parse('2026-06-01') })).at(-1)?.['disabledAt'];
  };
  expect(await disabled('NULL')).toBe('now');
  expect(await disabled("'2026-07-01T00:00:00.000Z'")).toBe('now');
  expect(await disabled("'2026-05-01T00:00:00.000Z'")).toBeUndefined();
  expect(await disabled("'whenever'")).toBe('now');
});

test('sessions of administrators who act as others, and passwords without a user, are problems', async () => {
  const file = sqliteFile(`${ada} UPDATE session SET impersonatedBy = 'u9'; DELETE FROM user;`);
  expect(await records(betterAuth, [file])).toMatchObject([
    { of: 'session', reason: 'impersonation' },
    { of: 'account', reason: 'no_user', at: `${file.path}:account:1` },
  ]);
});

test('columns and tables in the other spelling are read, and instants in seconds', async () => {
  const path = join(temporaryFolder(), 'auth.db');
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE users (id text, email text, email_verified integer, created_at integer);
    CREATE TABLE sessions (id text, token text, user_id text, expires_at integer, created_at integer, updated_at integer);
    CREATE TABLE accounts (id text, password text, provider_id text, user_id text);
    INSERT INTO users VALUES (7, 'ada@example.com', 0, 1767323045);
    INSERT INTO sessions VALUES ('s', '${token}', 7, 1767927845000, 1767323045000, 1767323045000);
    INSERT INTO accounts VALUES ('a', '${hash}', 'credential', 7);`);
  expect(await records(betterAuth, [{ ...fileOf('SQLite format 3\0', 'f'), path }])).toMatchObject([
    { kind: 'session', at: 'f:sessions:1', userId: '7', idleExpiresAt: 1767927845000 },
    { kind: 'account', userId: '7', createdAt: 1767323045000, isEmailVerified: false },
  ]);
});

test('a table that is missing, a row beyond the bound and a file that is no database are told', async () => {
  const path = join(temporaryFolder(), 'other.db');
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE user (id text, email text); CREATE VIEW session AS SELECT 1 AS id, 'x' AS token;
    INSERT INTO user VALUES ('1', printf('%.*c', 2000000, 'x')), ('2', 'b@example.com');`);
  const file = { ...fileOf('SQLite format 3\0', 'f'), path };
  expect(await records(betterAuth, [file])).toMatchObject([
    { of: 'account', reason: 'too_long', at: 'f:user:1' },
    { of: 'file', reason: 'missing_table' },
    { of: 'file', reason: 'missing_table' },
    { kind: 'account', userId: '2' },
  ]);
  const broken = { ...fileOf('SQLite format 3\0', 'f'), path: new URL(import.meta.url).pathname };
  await expect(records(betterAuth, [broken])).rejects.toThrow(/Cannot read the database/);
});

test('its files are told by their name or their columns', () => {
  expect(betterAuth.recognises('SQLite format 3\0', 'better-auth.sqlite')).toBe(true);
  expect(betterAuth.recognises('id,name,email,emailVerified,image,createdAt,updatedAt\n', 'x')).toBe(true);
  expect(betterAuth.recognises('id,name,email\n', 'x')).toBe(false);
});
