/** What comes out of the tables of Vault and Broadcaster, in dumps, CSV files and PostgreSQL. */

import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { broadcaster } from '../../../../src/maintenance/import/formats/broadcaster.ts';
import { vault } from '../../../../src/maintenance/import/formats/vault.ts';
import { sharedPostgres } from '../../../support/postgres.ts';
import { fileOf } from '../reading/files.ts';
import { bcrypt, idHash, records } from './records.ts';

const session = '649584cf-426f-48c1-b40f-000000000001';

const schema = `CREATE TABLE public.auth (id character varying NOT NULL, role_id character varying NOT NULL, email character varying NOT NULL, password character varying NOT NULL);
CREATE TABLE public.session (id character varying NOT NULL, user_id character varying NOT NULL);
CREATE TABLE public."user" (encryption_key bytea NOT NULL, id character varying NOT NULL, auth_id character varying NOT NULL);
`;

const rows = `INSERT INTO public."user" VALUES ('\\xa0b3', 'u1', 'a1'), ('\\xa0b3', 'u3', 'a3');
INSERT INTO public.auth VALUES ('a1', 'user', 'Ada@example.com', '${bcrypt}');
INSERT INTO public.session VALUES ('${session}', 'u1');
INSERT INTO public.auth VALUES ('a2', 'user', 'orphan@example.com', '${bcrypt}');
`;

const moved = [
  { kind: 'session', userId: 'u1', idHash: idHash(session) },
  {
    kind: 'account',
    userId: 'u1',
    identifier: 'Ada@example.com',
    email: 'Ada@example.com',
    passwordHash: bcrypt,
  },
  { kind: 'problem', of: 'account', reason: 'no_user' },
  { kind: 'problem', of: 'account', reason: 'no_name' },
];

describe('Vault', () => {
  test('ruling I1: users, credentials and sessions are put together from a dump, in any order', async () => {
    const found = await records(vault, [fileOf(schema + rows, 'vault.sql')]);
    expect(found).toMatchObject(moved);
    expect(found.map(({ at }) => at)).toEqual(['vault.sql:6', 'vault.sql:5', 'vault.sql:7', 'vault.sql:4']);
    expect(JSON.stringify(found)).not.toContain('a0b3');
  });

  test('CSV files are the tables whose columns they have', async () => {
    const files = [
      fileOf(`id,user_id\n${session},u1\n`, '1.csv'),
      fileOf(`encryption_key,id,auth_id\n\\xa0,u1,a1\n\\xa0,u3,a3\n`, '2.csv'),
      fileOf(
        `id;role_id;email;password\na1;user;Ada@example.com;${bcrypt}\na2;user;orphan@example.com;x\n`,
        '3.csv',
      ),
    ];
    expect(await records(vault, files)).toMatchObject(moved);
  });

  test('its PostgreSQL database is read in place of a file', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    const client = new Client(url);
    await client.connect();
    await client.query(schema + rows);
    await client.end();
    const file = { ...fileOf('', 'postgres://x'), url };
    const found = await records(vault, [file]);
    expect(found).toMatchObject(moved);
    expect(found.map(({ at }) => at)).toEqual([
      'postgres://x:session:1',
      'postgres://x:auth:1',
      'postgres://x:auth:2',
      'postgres://x:user:2',
    ]);
  });

  test('what is missing is said: a table, a column, a file of another kind', async () => {
    const reasons = async (...texts: readonly string[]) =>
      (
        await records(
          vault,
          texts.map((text) => fileOf(text)),
        )
      ).map(({ reason }) => reason);
    expect(await reasons('id,user_id\n')).toEqual(['missing_table', 'missing_table']);
    expect(await reasons('id,name\n1,a\n')).toEqual(['unknown_columns', ...Array(3).fill('missing_table')]);
    expect(await reasons('PGDMP\u0001')).toEqual(['custom_dump', ...Array(3).fill('missing_table')]);
    expect(await reasons('SQLite format 3\0')).toEqual(['no_path', ...Array(3).fill('missing_table')]);
    expect(await reasons('')).toEqual(Array(3).fill('missing_table'));
    expect(await reasons('--\nCOPY auth (id) FROM stdin;\n\\.\n')).toContain('missing_columns');
  });

  test('rows with an id of an earlier row are problems', async () => {
    const twice = (text: string) =>
      text
        .split('\n')
        .flatMap((line) => [line, line])
        .join('\n');
    const found = await records(vault, [fileOf(schema + twice(rows))]);
    expect(found.filter(({ reason }) => reason === 'repeated_id')).toHaveLength(4);
    expect(found.filter(({ kind }) => kind === 'account')).toHaveLength(1);
  });
});

describe('Broadcaster', () => {
  const created = '2025-02-07T19:38:03.864-05:00[America/New_York]';
  const id = '6bi01qpq9ucdqaq';
  const dump = (
    users: string,
    sessions = '',
  ) => `CREATE TABLE public.users (username text PRIMARY KEY, hash text NOT NULL, created text NOT NULL);
CREATE TABLE public.sessions (id text PRIMARY KEY, username text REFERENCES public.users(username), created text NOT NULL);
INSERT INTO public.users VALUES ${users};
${sessions === '' ? '' : `INSERT INTO public.sessions VALUES ${sessions};`}
`;

  test('ruling I1: its users are their names, and instants of RFC 9557 are kept', async () => {
    const text = dump(
      `('joe', '${bcrypt}', '${created}'), ('JOE', '${bcrypt}', '${created}')`,
      `('${id}', 'JOE', '${created}')`,
    );
    const createdAt = Date.parse('2025-02-08T00:38:03.864Z');
    expect(await records(broadcaster, [fileOf(text, 'x')])).toEqual([
      { kind: 'account', at: 'x:3', userId: 'joe', identifier: 'joe', createdAt, passwordHash: bcrypt },
      { kind: 'account', at: 'x:3', userId: 'JOE', identifier: 'JOE', createdAt, passwordHash: bcrypt },
      { kind: 'session', at: 'x:4', userId: 'JOE', idHash: idHash(id), createdAt },
    ]);
  });

  test('a name that cannot be an id is encoded, and no two names have one id', async () => {
    const names = ['jörg', 'j%C3%B6rg', 'a b', 'a%20b', 'a@b'];
    const found = await records(broadcaster, [
      fileOf(dump(names.map((name) => `('${name}', '${bcrypt}', '${created}')`).join(', '))),
    ]);
    expect(found.map(({ identifier }) => identifier)).toEqual(names);
    expect(found.map(({ userId }) => userId)).toEqual([
      'j%C3%B6rg',
      'j%25C3%25B6rg',
      'a%20b',
      'a%2520b',
      'a@b',
    ]);
  });

  test('a session without a user, and instants that cannot be, are problems', async () => {
    const sessions = `('${id}', NULL, '${created}'), ('${id}', 'joe', '1969-01-01T00:00:00Z'), ('${id}', 'joe', 'soon')`;
    const found = await records(broadcaster, [
      fileOf(dump(`('joe', '${bcrypt}', '10000-01-01T00:00:00Z')`, sessions)),
    ]);
    expect(found).toMatchObject([
      { kind: 'account', userId: 'joe' },
      { of: 'part', reason: 'after_9999' },
      { of: 'session', reason: 'no_account' },
      { of: 'session', reason: 'before_1970' },
      { of: 'session', reason: 'bad_instant' },
    ]);
  });
});

test('the dumps and files of one are told from those of the other', () => {
  const users = 'CREATE TABLE public.users (username text, hash text, created text)';
  expect([vault.recognises(schema, 'x'), broadcaster.recognises(schema, 'x')]).toEqual([true, false]);
  expect([vault.recognises(users, 'x'), broadcaster.recognises(users, 'x')]).toEqual([false, true]);
  expect(vault.recognises('id,role_id,email,password\n', 'x')).toBe(true);
  expect(broadcaster.recognises('username,hash,created\n', 'x')).toBe(true);
});
