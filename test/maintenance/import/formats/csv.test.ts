/** What comes out of CSV files whose columns the operator names. */

import { expect, test } from 'vitest';
import { csv } from '../../../../src/maintenance/import/formats/csv.ts';
import type { FormatOptions } from '../../../../src/maintenance/import/records.ts';
import { fileOf } from '../reading/files.ts';
import { bcrypt, records } from './records.ts';

const read = (text: string, options: FormatOptions = {}) => records(csv, [fileOf(text, 'f')], options);

test('ruling I1: columns are known by their own names, and in any order', async () => {
  const secret = 'JBSWY3DPEHPK3PXP';
  const text = `hash,email,id,verified,created,disabled,totp,other\n${bcrypt},a@example.com,1,t,1767323045,,${secret},x\n`;
  expect(await read(text)).toEqual([
    {
      ...{ kind: 'account', at: 'f:2', userId: '1', identifier: 'a@example.com', email: 'a@example.com' },
      ...{ isEmailVerified: true, createdAt: 1767323045000, passwordHash: bcrypt, totpSecret: secret },
    },
  ]);
});

test('--column names them as they are: Devise, Laravel, PocketBase', async () => {
  const devise = {
    id: 'id',
    email: 'email',
    hash: 'encrypted_password',
    verified: 'confirmed_at',
    disabled: 'locked_at',
    created: 'created_at',
  };
  expect(
    await read(
      `id,email,encrypted_password,confirmed_at,locked_at,created_at\n1,a@x.org,${bcrypt},2026-01-02 03:04:05.678,,2026-01-01 00:00:00\n2,b@x.org,${bcrypt},,2026-01-02 00:00:00,\n`,
      { columns: devise },
    ),
  ).toMatchObject([
    { userId: '1', isEmailVerified: true, createdAt: Date.parse('2026-01-01') },
    { userId: '2', isEmailVerified: false, disabledAt: Date.parse('2026-01-02') },
  ]);
  expect(
    await read(
      `id;username;email;passwordHash;verified;created\nabc;Ada;a@x.org;${bcrypt};false;2026-01-02 03:04:05.678Z\n`,
      {
        columns: { hash: 'passwordHash' },
        identifier: 'email',
      },
    ),
  ).toMatchObject([
    {
      userId: 'abc',
      identifier: 'a@x.org',
      isEmailVerified: false,
      createdAt: Date.parse('2026-01-02T03:04:05.678Z'),
    },
  ]);
});

test('one column may be the id and the name', async () => {
  expect(await read(`mail\na@x.org\n`, { columns: { id: 'mail', email: 'mail' } })).toMatchObject([
    { userId: 'a@x.org', identifier: 'a@x.org' },
  ]);
});

test('bare digests are read with their algorithm and salt, from columns or parameters', async () => {
  const hex = 'ab'.repeat(32);
  const found = await read(`id,username,hash,algorithm,salt\n1,a,${hex},SHA-256,pepper\n2,b,${hex},,\n`, {});
  expect(found).toMatchObject([
    { userId: '1', passwordHash: expect.stringMatching(/^\$/) },
    { userId: '2' },
    { of: 'part', reason: 'unsupported_hash' },
  ]);
  const [before, after] = await Promise.all(
    ['before', 'after'].map((salt) =>
      read(`id,username,hash,salt\n1,a,${hex},pepper\n`, { parameters: { algorithm: 'sha256', salt } }),
    ),
  );
  expect(before?.[0]?.['passwordHash']).not.toBe(after?.[0]?.['passwordHash']);
  expect(before?.[0]?.['passwordHash']).toBe(found[0]?.['passwordHash']);
});

test.each([
  ['a column that is not there', 'id,username\n', { columns: { hash: 'pw' } }, /no column "pw"/],
  ['a part that is not known', 'id,username\n', { columns: { password: 'id' } }, /"password" is not known/],
  ['no id', 'username,hash\n', {}, /--column id=/],
  ['no name', 'id,hash\n', {}, /--column username=/],
  ['a column twice', 'id,username,id\n', {}, /twice/],
])('the file is refused with what to do: %s', async (_what, text, options, message) => {
  expect(await read(`${text}1,2,3\n`, options)).toEqual([
    expect.objectContaining({ of: 'file', at: 'f:1', message: expect.stringMatching(message) }),
  ]);
});

test('a row with fields too many or too few, and one without id or name, are problems', async () => {
  expect(
    (await read('id,username\n1\n2,a,b\n,c\n4,\n5,d\n')).map(({ reason, userId }) => reason ?? userId),
  ).toEqual(['wrong_columns', 'wrong_columns', 'no_id', 'no_name', '5']);
});

test('a file is a CSV file by its name', () => {
  expect(csv.recognises('id,name\n1,a\n', 'users.CSV')).toBe(true);
  expect(csv.recognises('id,name\n1,a\n', 'users.txt')).toBe(false);
});
